/**
 * Triggers: events of the log, told to whom it concerns. They are handed what they may read of the log and nothing else,
 * so that nothing they do, or fail to do, becomes an event: they cannot loop.
 */
import type { LogEvent } from '../events/event.ts'
import { type Answer, done } from '../terms/answer.ts'
import { version } from '../version.ts'
import { openCursors } from './cursors.ts'
import { openDeadLetters } from './dead-letters.ts'
import { readAllowed } from './guard/address.ts'
import { type Connect, createGuard, type Resolve, systemConnect, systemResolve } from './guard/guard.ts'
import { type Letters, lettersOf } from './letters.ts'
import { type Entry, missing, openRoster, type Roster } from './roster.ts'
import { attempt } from './send/attempt.ts'
import type { HttpWay } from './send/deliver-http.ts'
import { createLimit } from './send/limit.ts'
import { type Runner, startRunner, type TriggerStats } from './send/runner.ts'
import { type TriggerTest, testTrigger } from './send/trial.ts'
import { openState } from './state.ts'
import type { Trigger, TriggerSettings } from './trigger.ts'

export type { DeadLetterView } from './letters.ts'
export type { TriggerTest } from './send/trial.ts'

/** Of the event log what triggers may do: read. */
export interface EventFeed {
  subscribe(listener: (event: LogEvent) => void): () => void
  /** Events after `seq`, the oldest first, at most `limit`. */
  since(seq: number, limit: number): readonly LogEvent[]
  /** Seq of the last event; 0: there is none. */
  newest(): number
}

export interface TriggersOptions {
  /** Of longship.yaml, in its order. */
  readonly configured: readonly TriggerSettings[]
  /** Triggers of the API; beside it <stateFile>.cursors. */
  readonly stateFile: string
  readonly deadLetterFile: string
  /** LONGSHIP_SECRET_KEY. */
  readonly secretKey: string | undefined
  /** scan.targets.allow_private. */
  readonly allowPrivate: readonly string[]
  readonly feed: EventFeed
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random: () => number
  readonly resolve?: Resolve
  readonly connect?: Connect
  /** For operators, on stderr: never into the stream that is scanned. Holds no secret. */
  readonly onProblem: (where: string, message: string) => void
}

export interface Triggers extends Letters {
  list(): Trigger[]
  get(id: string): Trigger | undefined
  create(draft: unknown): Answer<Trigger>
  patch(id: string, patch: unknown): Answer<Trigger>
  remove(id: string): Answer<{ deleted: string[] }>
  /** The real payload of a made-up event, one attempt, also of one that is switched off. */
  test(id: string): Promise<Answer<TriggerTest>>
  stats(): Record<string, TriggerStats>
  /** What is under way ends, and is delivered again after the next start. */
  close(): Promise<void>
}

/** Attempts under way at once, of all triggers. */
const MAX_ATTEMPTS = 64
/** Of these to one server: what waits for one that hangs keeps nothing else waiting. */
const MAX_ATTEMPTS_OF_SERVER = 8
const PAGE = 500
/** Of a trigger's dead letters one is said in this time: they are all in the file, and a log of them must not be a flood. */
const SAY_MS = 60_000

export function openTriggers(options: TriggersOptions): Triggers {
  const { feed, now, onProblem } = options
  const { allowed, faults } = readAllowed(options.allowPrivate)
  for (const fault of faults) onProblem('scan.targets.allow_private', fault)
  const { resolve = systemResolve, connect = systemConnect } = options
  const way: HttpWay = {
    guard: createGuard({ allowed, resolve, connect }),
    allowed,
    now,
    userAgent: `longship/${version}`,
  }
  const letters = openDeadLetters(options.deadLetterFile, onProblem)
  const limit = createLimit(MAX_ATTEMPTS, MAX_ATTEMPTS_OF_SERVER)
  const stopped = new AbortController()
  const runners = new Map<string, Runner>()
  const cursors = openCursors({
    ...options,
    path: `${options.stateFile}.cursors`,
    current: () => [...runners].map(([id, runner]) => [id, runner.cursor] as const),
  })
  const start = (entry: Entry, from: number) => {
    let saidMs = Number.NEGATIVE_INFINITY
    const onDead = (of: Entry, event: LogEvent, attempts: number, { error }: { error: string }) => {
      if (now() - saidMs >= SAY_MS) {
        saidMs = now()
        onProblem(`trigger ${of.id}`, `gave event ${event.seq} up after ${attempts} attempts: ${error}`)
      }
      letters.add({ trigger: of.id, trigger_name: of.view.name, failed_at: rfc3339(now()), attempts, error, event })
    }
    const tools = { ...options, limit, onMoved: cursors.touch, onDead }
    runners.set(entry.id, startRunner(entry, from, { ...tools, attempt: (...of) => attempt(of[0], of[1], way, of[2]) }))
  }
  const roster = openRoster({
    ...options,
    state: openState(options.stateFile, options.secretKey, now(), onProblem),
    allowed,
    newest: feed.newest,
    onChange: (change) => changed(change, runners, start, feed.newest(), cursors.touch),
  })
  for (const entry of roster.entries()) start(entry, cursorOf(entry, cursors.loaded, feed.newest()))
  const unsubscribe = follow(feed, runners)
  cursors.touch()

  return {
    ...rosterApi(roster),
    async test(id) {
      const entry = roster.get(id)
      return entry === undefined ? missing(id) : await testTrigger(entry, way, limit, stopped.signal)
    },
    ...lettersOf(letters, roster, (ready, event) =>
      limit(ready.checked.target.origin, () => attempt(ready, event, way, stopped.signal)),
    ),
    stats: () => Object.fromEntries([...runners].map(([id, runner]) => [id, runner.stats()])),
    async close() {
      unsubscribe()
      stopped.abort()
      await Promise.all([...runners.values()].map((runner) => runner.stop()))
      await cursors.close()
    },
  }
}

function changed(
  change: Entry | string,
  runners: Map<string, Runner>,
  start: (entry: Entry, from: number) => void,
  newest: number,
  touch: () => void,
): void {
  if (typeof change === 'string') {
    void runners.get(change)?.stop()
    runners.delete(change)
  } else {
    const runner = runners.get(change.id)
    if (runner === undefined) start(change, newest)
    else runner.update(change)
  }
  touch()
}

/**
 * Where it goes on: a new one at the log's end; one that was made just before a crash, where that was; one whose log was
 * emptied since, at the new one's end.
 */
function cursorOf({ id, since }: Entry, loaded: ReadonlyMap<string, number> | undefined, newest: number): number {
  const cursor = loaded === undefined ? newest : (loaded.get(id) ?? since ?? newest)
  return Math.min(cursor, newest)
}

/** First what came before, then all that comes: nothing is between, as both happen at once. */
function follow(feed: EventFeed, runners: ReadonlyMap<string, Runner>): () => void {
  const offer = (event: LogEvent) => {
    for (const runner of runners.values()) runner.offer(event)
  }
  let from = Math.min(...[...runners.values()].map((runner) => runner.cursor))
  while (Number.isFinite(from)) {
    const page = feed.since(from, PAGE)
    page.forEach(offer)
    const last = page.at(-1)
    if (last === undefined || last.seq <= from) break
    from = last.seq
  }
  return feed.subscribe(offer)
}

function rosterApi(roster: Roster): Pick<Triggers, 'list' | 'get' | 'create' | 'patch' | 'remove'> {
  const shown = (answer: Answer<Entry>): Answer<Trigger> => (answer.ok ? done(answer.value.view) : answer)
  return {
    list: () => roster.entries().map(({ view }) => view),
    get: (id) => roster.get(id)?.view,
    create: (draft) => shown(roster.create(draft)),
    patch: (id, patch) => shown(roster.patch(id, patch)),
    remove: roster.remove,
  }
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}
