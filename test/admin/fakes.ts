/** Rules, events, triggers and patterns in memory: as much of them as the API needs to be asked about everything. */

import type { AdminParts, EventsPart, PatternsPart, RulebookPart, TriggersPart } from '../../shipper/admin/parts.ts'
import { LongshipError } from '../../shipper/errors.ts'
import type { LogEvent } from '../../shipper/events/event.ts'
import { matcherOf } from '../../shipper/events/filter.ts'
import checkRule from '../../shipper/scan/check.generated.ts'
import type { RuleView } from '../../shipper/scan/view.ts'
import { faultsOf, pathText } from '../../shipper/schema-fault.ts'
import { type Answer, done, refused } from '../../shipper/terms/answer.ts'
import checkTrigger from '../../shipper/triggers/check.generated.ts'
import { SECRET_PLACEHOLDER, type Trigger } from '../../shipper/triggers/trigger.ts'
import type { DeadLetterView } from '../../shipper/triggers/triggers.ts'

/** Text in a draft's name that makes keeping it fail. */
export const DISK_FULL = 'the disk is full'
export const MAX_FAKES = 20
export const SECRET = 'hunter2-hunter2'

type Draft = Record<string, unknown>
type Stored = Draft & { id: string; name: string; origin: string }

/** Rules and triggers are kept alike; `shown` is what is told of one. */
function createShelf<T>(what: string, check: unknown, shown: (stored: Stored) => T, files: readonly Draft[]) {
  const all = new Map<string, Stored>()
  let count = 0
  for (const file of files) {
    faultsOf(check, file, { whole: what, secret: /secret|token|password|headers/ })
    all.set(String(file['name']), { ...file, id: String(file['name']), origin: 'config' } as Stored)
  }
  const keep = (id: string, draft: Draft, more: Draft): Answer<T> => {
    const given = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== null))
    const faults = faultsOf(check, given, { whole: what, secret: /secret|token|password|headers/ })
    if (faults.length > 0)
      return refused('invalid', ...faults.map(({ path, message }) => ({ path: pathText(path), message })))
    if (given['name'] === DISK_FULL) return refused('failed', { path: '', message: 'It could not be written.' })
    const stored = { ...given, ...more, id, origin: 'api' } as unknown as Stored
    all.set(id, stored)
    return done(shown(stored))
  }
  const own = (id: string): Answer<Stored> => {
    const stored = all.get(id)
    if (stored === undefined) return refused('missing', { path: '', message: `There is no ${what} of this id.` })
    if (stored.origin !== 'api') return refused('readonly', { path: '', message: 'It comes from longship.yaml.' })
    return done(stored)
  }
  return {
    all,
    list: () => [...all.values()].map(shown),
    get: (id: string) => (all.has(id) ? shown(all.get(id)!) : undefined),
    create(draft: unknown): Answer<T> {
      if (all.size >= MAX_FAKES) return refused('full', { path: '', message: `There are ${all.size} already.` })
      return keep(`${what}_${(++count).toString(16).padStart(12, '0')}`, draft as Draft, {})
    },
    patch(id: string, patch: unknown): Answer<T> {
      const found = own(id)
      if (!found.ok) return found
      const { id: _, origin: __, ...before } = found.value
      return keep(id, { ...before, ...(patch as Draft) }, {})
    },
    remove(id: string): Answer<{ deleted: string[] }> {
      const found = own(id)
      if (!found.ok) return found
      if (found.value.name === 'stuck') return refused('failed', { path: '', message: 'It could not be written.' })
      const deleted = [id, ...[...all.values()].filter(({ overrides }) => overrides === id).map((each) => each.id)]
      for (const each of deleted) all.delete(each)
      return done({ deleted })
    },
  }
}

function fakeRules(): RulebookPart & { readonly patches: unknown[] } {
  const shelf = createShelf('rule', checkRule, (rule) => rule as unknown as RuleView, [
    { name: 'out of memory', pattern: 'OOM', severity: 'critical' },
    { name: 'a/b %2F ü?#', pattern: '(' },
  ])
  const patches: unknown[] = []
  return {
    ...shelf,
    patches,
    problems: new Map([['/rules/half.yaml', 'line 1: a list is not closed']]),
    list: ({ workload, origin } = {}) =>
      shelf
        .list()
        .filter(
          (rule) =>
            (workload === undefined || rule.workload === workload) && (origin === undefined || rule.origin === origin),
        ),
    patch(id, patch) {
      patches.push(patch)
      return shelf.patch(id, patch)
    },
    effective: () => shelf.list().map((rule) => ({ ...rule, from: 'global' as const })),
    test(request) {
      const { line, rule_id: id } = request as { line?: string; rule_id?: string }
      if (typeof line !== 'string') return refused('invalid', { path: 'line', message: 'line must be text.' })
      if (id !== undefined && shelf.get(id) === undefined)
        return refused('missing', { path: 'rule_id', message: 'No such rule.' })
      const at = line.indexOf('OOM')
      const found = at < 0 ? { reason: 'The pattern is not in it.' } : { span: [at, at + 3] as const }
      return done({
        matched: at >= 0,
        ...found,
        captures: {},
        spans: {},
        text: line,
        message: line,
        record: { message: line },
      })
    },
  }
}

function fakeTriggers(): TriggersPart {
  const masked = ({ secret, token, password, headers, ...rest }: Stored) =>
    ({
      ...rest,
      ...(secret !== undefined && { secret: SECRET_PLACEHOLDER }),
      ...(token !== undefined && { token: SECRET_PLACEHOLDER }),
      ...(password !== undefined && { password: SECRET_PLACEHOLDER }),
      ...(headers !== undefined && {
        headers: Object.fromEntries(Object.keys(headers as object).map((name) => [name, SECRET_PLACEHOLDER])),
      }),
    }) as unknown as Trigger
  const shelf = createShelf('trigger', checkTrigger, masked, [
    { name: 'pager', kind: 'pagerduty', token: SECRET, filter: { severities: ['critical'] } },
  ])
  const letters = new Map(['letter_1', 'letter_2'].map((id) => [id, fakeLetter(id)]))
  const take = (id: string): Answer<{ deleted: string[] }> => {
    if (!letters.has(id)) return refused('missing', { path: '', message: 'There is no dead letter of this id.' })
    letters.delete(id)
    return done({ deleted: [id] })
  }
  return {
    ...shelf,
    async test(id) {
      const found = shelf.get(id)
      if (found === undefined) return refused('missing', { path: '', message: 'There is no trigger of this id.' })
      if (found.name === 'stuck') return refused('conflict', { path: '', message: 'Its secrets cannot be opened.' })
      const request = {
        method: 'POST',
        url: 'https://example.com/',
        headers: { authorization: SECRET_PLACEHOLDER },
        body: '{}',
      }
      return done({ delivered: true, status: 204, duration_ms: 12.5, request })
    },
    deadLetters: () => [...letters.values()],
    retryDeadLetter: async (id) => {
      if (id === 'letter_2') return refused('conflict', { path: '', message: 'Its secrets cannot be opened.' })
      const taken = take(id)
      return taken.ok ? done({ delivered: true, status: 200 }) : taken
    },
    removeDeadLetter: take,
    stats: () => ({
      pager: {
        matched: 1,
        delivered: 1,
        failed: 0,
        retried: 0,
        dropped: 0,
        queued: 0,
        last_delivered_at: '2026-11-21T12:00:00Z',
      },
    }),
  }
}

export interface FakeEvents extends EventsPart {
  append(event: Partial<LogEvent> & { readonly message: string }): LogEvent
  readonly listeners: Set<(event: LogEvent) => void>
}

export function fakeEvents(): FakeEvents {
  const log: LogEvent[] = []
  const listeners = new Set<(event: LogEvent) => void>()
  return {
    listeners,
    append(given) {
      const event: LogEvent = {
        time: { seconds: 1_795_262_400 + log.length, nanos: 5 },
        source: 'logscan',
        event: 'rule_hit',
        severity: 'warn',
        metadata: { workload: 'shop', container: 'shop-1', rule_id: 'out of memory', rule_name: 'out of memory' },
        key: String(log.length),
        ...given,
        seq: log.length + 1,
      }
      log.push(event)
      for (const listener of listeners) listener(event)
      return event
    },
    find({ limit, before, ...filter }) {
      const found = log
        .filter((event) => (before === undefined || event.seq < before) && matcherOf(filter)(event))
        .reverse()
      const events = found.slice(0, limit)
      return { events, ...(found.length > limit && { next: events.at(-1)!.seq }) }
    },
    since: (seq, filter) => log.filter((event) => event.seq > seq && matcherOf(filter)(event)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stats: () => ({
      events: log.length,
      bytes: 0,
      oldest_seq: 1,
      newest_seq: log.length,
      duplicates: 0,
      refused: {},
      damaged: 0,
      torn_bytes: 0,
    }),
  }
}

function fakeLetter(id: string): DeadLetterView {
  const event = {
    seq: 7,
    time: '2026-11-21T12:00:00.000000000Z',
    source: 'logscan',
    event: 'rule_hit',
    severity: 'warn',
    message: 'OOM',
  } as const
  const metadata = { workload: 'shop', container: 'shop-1' }
  return {
    id,
    trigger: 'pager',
    trigger_name: 'pager',
    failed_at: event.time,
    attempts: 5,
    error: '503',
    event: { ...event, metadata },
  }
}

const fakePatterns: PatternsPart = {
  list: () => [
    {
      id: 'p1',
      service: 'shop',
      level: 'info',
      template: 'connected to <_>',
      lines: 3,
      lines_last_minute: 1,
      first_seen: '2026-11-21T11:00:00.000Z',
      last_seen: '2026-11-21T12:00:00.000Z',
      sample: 'connected to db',
    },
  ],
  answer(params) {
    if (!params.has('query')) throw new LongshipError('usage', 'query must be a stream selector')
    return JSON.stringify({ status: 'success', data: [{ pattern: 'a <_>', level: 'info', samples: [[1, 2]] }] })
  },
  stats: () => ({
    patterns: 1,
    max_patterns: 2,
    lines: 3,
    searched: 1,
    forgotten: 0,
    new_patterns: 0,
    spikes: 0,
    withheld: 0,
    state_faults: 0,
  }),
}

const fakeScanner = {
  stats: () => ({
    rules: { 'out of memory': { hits: 3, hits_last_minute: 1, minutes: [0, 1, 2], cooled_down: 4, too_slow: 0 } },
    dropped: { cooldown: 4, bucket: 0 },
    watches: 1,
    lines: 100,
    compile_errors: [{ id: 'a/b %2F ü?#', name: 'a/b %2F ü?#', error: 'missing )' }],
    snapshot_version: 1,
  }),
}

export interface Fakes extends AdminParts {
  readonly rulebook: ReturnType<typeof fakeRules>
  readonly events: FakeEvents
}

export function createFakes(): Fakes {
  return {
    rulebook: fakeRules(),
    scanner: fakeScanner,
    events: fakeEvents(),
    triggers: fakeTriggers(),
    patterns: fakePatterns,
  }
}
