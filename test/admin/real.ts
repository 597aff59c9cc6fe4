/** The parts of the API as they are in the product, in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AdminParts } from '../../shipper/admin/parts.ts'
import { type EventLog, openEventLog } from '../../shipper/events/log.ts'
import { openPatterns, type Patterns } from '../../shipper/patterns/patterns.ts'
import { openRulebook, type Rulebook } from '../../shipper/scan/rulebook.ts'
import { createScanner, type Scanner } from '../../shipper/scan/scanner.ts'
import type { Connect, Resolve } from '../../shipper/triggers/guard/guard.ts'
import { openTriggers, type Triggers } from '../../shipper/triggers/triggers.ts'

export interface Real extends AdminParts {
  readonly rulebook: Rulebook
  readonly scanner: Scanner
  readonly events: EventLog
  readonly triggers: Triggers
  readonly patterns: Patterns
}

interface Options {
  readonly now?: () => number
  /** Six bytes of a rule's id. */
  readonly random?: () => Buffer
  /** Where triggers are led: to nowhere unless told otherwise. */
  readonly connect?: Connect
  readonly resolve?: Resolve
  /** Of rule files. */
  readonly rules?: string
}

export async function withReal(options: Options, use: (real: Real) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-admin-'))
  const now = options.now ?? Date.now
  const onProblem = () => {}
  const rule = { severity: 'warn', streams: 'both', on: 'message', cooldown: '0', enabled: true } as const
  const events = openEventLog({ folder: join(folder, 'events'), maxAgeMs: 1e9, maxBytes: 1e7, now, onProblem })
  const rulebook = openRulebook({
    configured: [
      { ...rule, name: 'out of memory', pattern: 'OOM', severity: 'critical' },
      { ...rule, name: 'broken', pattern: '(' },
      { ...rule, name: '__proto__', pattern: 'prototype (?P<__proto__>\\w+)' },
    ],
    folder: options.rules,
    stateFile: join(folder, 'rules.json'),
    now,
    onProblem,
    random: options.random,
  })
  const scanner = createScanner({
    rulebook,
    bucket: { burst: 100, per_minute: 100 },
    emit: events.append.bind(events),
    now,
  })
  const settings = { max_patterns: 100, new_severity: 'info', spike_factor: 5, settle_ms: 0 } as const
  const patterns = openPatterns({ settings, stateFile: undefined, now, emit: (event) => void events.append(event) })
  const triggers = openTriggers({
    configured: [],
    stateFile: join(folder, 'triggers.json'),
    deadLetterFile: join(folder, 'dead-letters.jsonl'),
    secretKey: 'a key of operators, long enough',
    allowPrivate: [],
    feed: {
      subscribe: (listener) => events.subscribe(listener),
      since: (seq, limit) => events.since(seq, { limit }),
      newest: () => events.stats().newest_seq,
    },
    now,
    sleep: () => Promise.resolve(),
    ...options,
    random: () => 0.5,
    onProblem,
  })
  try {
    await use({ rulebook, scanner, events, triggers, patterns })
  } finally {
    await triggers.close()
    await rulebook.close()
    await patterns.close()
    await events.close()
    rmSync(folder, { recursive: true })
  }
}
