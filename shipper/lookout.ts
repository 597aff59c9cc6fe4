/**
 * The lookout: rules and pattern miner, the event log they write, triggers that read it, and the API over all of them.
 * It stands beside the flow: assemble.ts hands its scanner and miner the records as they pass, and nothing comes back.
 */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Admin, type AdminServer, adminToken, createAdmin, startAdmin } from './admin/admin.ts'
import type { AnswerPage } from './admin/server.ts'
import { writeRecord } from './batch/line.ts'
import type { Config, ScanConfig } from './config.ts'
import { type EventLog, openEventLog } from './events/log.ts'
import { Interpreter, messageOf } from './interpret.ts'
import { openPatterns, type Patterns } from './patterns/patterns.ts'
import { createRedactor, type Redactor } from './redact/redact.ts'
import type { Rule } from './scan/rule.ts'
import { openRulebook, type Rulebook } from './scan/rulebook.ts'
import { createScanner, type Scanner, slowMessage } from './scan/scanner.ts'
import type { Interpret } from './scan/view.ts'
import type { Log } from './telemetry.ts'
import { fromMillis } from './terms/instant.ts'
import { sleep } from './terms/sleep.ts'
import { openTriggers, type Triggers } from './triggers/triggers.ts'

export interface LookoutOptions {
  readonly config: Config & { readonly scan: ScanConfig }
  /** The configuration's file, as its rules show it. */
  readonly configFile: string | undefined
  /** LONGSHIP_SECRET_KEY: seals the secrets of triggers. */
  readonly secretKey: string | undefined
  readonly log: Log
}

export interface Lookout {
  readonly rulebook: Rulebook
  readonly scanner: Scanner
  /** undefined: off. */
  readonly patterns: Patterns | undefined
  readonly events: EventLog
  readonly triggers: Triggers
  readonly admin: Admin
  /** What the API's clients must say, and where it is kept; no file: it was configured. */
  readonly token: { readonly token: string; readonly file: string | undefined }
  /** The API and its page on an address of their own. Rejects with a LongshipError when it cannot be listened on. */
  listen(page: AnswerPage | undefined): Promise<AdminServer | undefined>
  /** After the pipeline. */
  close(): Promise<void>
}

/** Patterns tell what is due when they are asked; this is how late it may be. */
const TICK_MS = 5000

/** Throws a LongshipError when its folder is in use, or cannot be used. */
export function openLookout({ config, configFile, secretKey, log }: LookoutOptions): Lookout {
  const { scan, admin: settings } = config
  const onProblem = (path: string, message: string) => log.warn(message, { path })
  const now = Date.now
  const fileOf = (name: string) => join(scan.folder, name)
  const { max_age_ms: maxAgeMs, max_bytes: maxBytes } = scan.events
  const events = openEventLog({ folder: fileOf('events'), maxAgeMs, maxBytes, now, onProblem })
  const rulebook = openRulebook({
    configured: scan.rules,
    configFile,
    folder: scan.rules_folder,
    stateFile: fileOf('rules.json'),
    now,
    onProblem,
    interpret: interpreterOf(config),
  })
  const emit = events.append.bind(events)
  const onSlow = ({ id, file }: Rule) => onProblem(file ?? `rule ${id}`, slowMessage(id))
  const scanner = createScanner({ rulebook, bucket: scan.bucket, emit, now, onSlow })
  const patterns =
    scan.patterns &&
    openPatterns({
      settings: scan.patterns,
      stateFile: fileOf('patterns.json'),
      now,
      emit,
      onProblem: (message) => onProblem('patterns', message),
    })
  const triggers = triggersOn(events, { scan, fileOf, secretKey, onProblem })
  const token = adminToken(settings.bearer_token, scan.folder)
  const parts = { rulebook, scanner, events, triggers, patterns }
  const onFault = (message: string) => onProblem('admin', message)
  const admin = createAdmin({ ...parts, token: token.token, limits: settings, now, onProblem: onFault })
  const ticking = patterns && setInterval(() => void patterns.tick(), TICK_MS)
  ticking?.unref()
  let server: AdminServer | undefined
  return {
    ...parts,
    admin,
    token,
    async listen(page) {
      if (settings.listen === undefined) return undefined
      server = await startAdmin({ listen: settings.listen, admin, page })
      return server
    },
    async close() {
      clearInterval(ticking)
      await server?.close()
      admin.close()
      await triggers.close()
      await patterns?.close()
      await rulebook.close()
      await events.close()
    },
  }
}

interface TriggerParts {
  readonly scan: ScanConfig
  readonly fileOf: (name: string) => string
  readonly secretKey: string | undefined
  readonly onProblem: (path: string, message: string) => void
}

/** Of the log they are handed how to read it, and nothing else: they cannot loop. */
function triggersOn(events: EventLog, { scan, fileOf, secretKey, onProblem }: TriggerParts): Triggers {
  return openTriggers({
    configured: scan.triggers,
    stateFile: fileOf('triggers.json'),
    deadLetterFile: fileOf('dead-letters.jsonl'),
    secretKey,
    allowPrivate: scan.targets.allow_private,
    feed: {
      subscribe: events.subscribe.bind(events),
      since: (seq, limit) => events.since(seq, { limit }),
      newest: () => events.stats().newest_seq,
    },
    now: Date.now,
    sleep,
    random: Math.random,
    onProblem,
  })
}

/** Sample lines are read as a source without settings of its own would read them; each on its own. */
function interpreterOf({ env, timezone, redact }: Config): Interpret {
  let redactor: Redactor | undefined
  return (line, workload) => {
    // The flow has its own: this one is made when somebody tries a rule.
    redactor ??= createRedactor(redact)
    const interpreter = new Interpreter({
      around: { service: workload ?? 'test', node: undefined, env, level: 'unknown', host: hostname() },
      zone: timezone,
      format: undefined,
      redactor,
      now: () => fromMillis(Date.now()),
    })
    const message = messageOf(line.replace(/\r?\n$/, ''))
    const record = interpreter.record(message)
    return { record, text: interpreter.textOf(record, message), json: JSON.parse(String(writeRecord(record))) }
  }
}
