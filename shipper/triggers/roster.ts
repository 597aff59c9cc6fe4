/** All triggers: those of longship.yaml, which stay as they are, and those of the API, which it makes, changes and removes. */
import { randomBytes } from 'node:crypto'
import { type Answer, done, type Fault, refused } from '../terms/answer.ts'
import { isObject } from '../terms/object.ts'
import type { Allowed } from './guard/address.ts'
import { carriedFaults, hidden, patched } from './secrets.ts'
import { type Checked, readSettings } from './settings.ts'
import { KEY_VARIABLE, type StoredTrigger, type TriggerState } from './state.ts'
import { TRIGGER_KINDS, type Trigger, type TriggerSettings } from './trigger.ts'

/** A trigger that can send, or `error` says why it cannot. */
export interface Entry {
  readonly id: string
  readonly origin: 'config' | 'api'
  /** The log's last event when it was made; undefined of the configuration's. */
  readonly since: number | undefined
  readonly checked: Checked | undefined
  /** As the API shows it. */
  readonly view: Trigger
}

export interface Roster {
  entries(): readonly Entry[]
  get(id: string): Entry | undefined
  create(draft: unknown): Answer<Entry>
  patch(id: string, patch: unknown): Answer<Entry>
  remove(id: string): Answer<{ deleted: string[] }>
}

export interface RosterOptions {
  readonly configured: readonly TriggerSettings[]
  readonly state: TriggerState
  readonly allowed: Allowed
  /** Seq of the log's last event. */
  readonly newest: () => number
  readonly onProblem: (where: string, message: string) => void
  /** After every change: an entry that is new or different, or the id of one that is gone. */
  readonly onChange: (change: Entry | string) => void
}

/** As many as longship.yaml may have. */
export const MAX_TRIGGERS = 200

export function openRoster({ configured, state, allowed, newest, onProblem, onChange }: RosterOptions): Roster {
  const entries = new Map<string, Entry>()
  let stored = [...state.loaded]
  for (const [index, settings] of configured.entries()) {
    const where = `scan.triggers[${index}]`
    const entry = configuredEntry(settings, allowed)
    if (entries.has(entry.id))
      onProblem(where, `is not used: there is another trigger named ${JSON.stringify(entry.id)}`)
    else entries.set(entry.id, entry)
    if (entry.view.error !== undefined) onProblem(where, entry.view.error)
  }
  for (const each of stored) {
    const entry = storedEntry(each, state, allowed)
    entries.set(entry.id, entry)
    if (entry.view.error !== undefined) onProblem(`trigger ${entry.id}`, entry.view.error)
  }

  /** Saved first: what the file does not hold is not. */
  const commit = (next: StoredTrigger[]): Fault | undefined => {
    try {
      state.save(next)
      stored = next
      return undefined
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return { path: '', message: `Triggers cannot be saved: ${code ?? message}.` }
    }
  }
  const put = (id: string, since: number, checked: Checked): Answer<Entry> => {
    const kept = state.store(id, since, checked.settings)
    if ('message' in kept) return refused('conflict', kept)
    const fault = commit([...stored.filter((each) => each.id !== id), kept])
    if (fault !== undefined) return refused('failed', fault)
    const entry: Entry = { id, origin: 'api', since, checked, view: viewOf(id, 'api', checked.settings) }
    entries.set(id, entry)
    onChange(entry)
    return done(entry)
  }
  return {
    entries: () => [...entries.values()],
    get: (id) => entries.get(id),
    create(draft) {
      if (stored.length >= MAX_TRIGGERS) return refused('full', whole(`There are ${MAX_TRIGGERS} triggers already.`))
      const read = readSettings(draft, allowed)
      return read.ok ? put(newId(entries), newest(), read.value) : read
    },
    patch(id, patch) {
      const entry = entries.get(id)
      const refusal = cannotChange(id, entry)
      if (entry === undefined || refusal !== undefined) return refusal ?? missing(id)
      if (!isObject(patch)) return refused('invalid', whole('A patch is a group of keys.'))
      if (entry.checked === undefined)
        return refused('conflict', whole(`${entry.view.error} Remove it, or give the key.`))
      const read = readSettings(patched(entry.checked.settings, patch), allowed)
      if (!read.ok) return read
      const faults = carriedFaults(entry.checked, read.value, patch)
      return faults.length > 0 ? refused('invalid', ...faults) : put(id, entry.since ?? 0, read.value)
    },
    remove(id) {
      const refusal = cannotChange(id, entries.get(id))
      if (refusal !== undefined) return refusal
      const fault = commit(stored.filter((each) => each.id !== id))
      if (fault !== undefined) return refused('failed', fault)
      entries.delete(id)
      onChange(id)
      return done({ deleted: [id] })
    },
  }
}

/** Of longship.yaml: its name is its id. */
function configuredEntry(settings: TriggerSettings, allowed: Allowed): Entry {
  const read = readSettings(settings, allowed)
  const { name: id } = settings
  if (read.ok) {
    const view = viewOf(id, 'config', read.value.settings)
    return { id, origin: 'config', since: undefined, checked: read.value, view }
  }
  const error = read.refusal.problems.map(({ message }) => message).join(' ')
  return {
    id,
    origin: 'config',
    since: undefined,
    checked: undefined,
    view: { ...viewOf(id, 'config', settings), error },
  }
}

function storedEntry(stored: StoredTrigger, state: TriggerState, allowed: Allowed): Entry {
  const { id, since } = stored
  const opened = state.open(stored)
  const read = opened === undefined ? undefined : readSettings(opened, allowed)
  if (read?.ok) return { id, origin: 'api', since, checked: read.value, view: viewOf(id, 'api', read.value.settings) }
  const problems = read?.refusal.problems.map(({ message }) => message).join(' ')
  const error =
    problems ?? `Its secrets cannot be opened: ${KEY_VARIABLE} is another one than they were sealed with, or none.`
  // What is there of it, with what every trigger has.
  const base = { name: id, enabled: false, filter: {}, kind: 'webhook', timeout: '10s', retries: 0 } as const
  const open = stored.open as Partial<TriggerSettings>
  // Of a newer Longship it may be of a kind that this one does not know: `problems` say so, and what it has is hidden.
  const kind = TRIGGER_KINDS.find((each) => each === open.kind) ?? base.kind
  const shown = hidden({ ...base, ...open, kind })
  return { id, origin: 'api', since, checked: undefined, view: { ...viewOf(id, 'api', shown), error } }
}

function viewOf(id: string, origin: 'config' | 'api', settings: TriggerSettings): Trigger {
  const { to, ...rest } = hidden(settings)
  return { id, origin, ...rest, ...(to === undefined ? {} : { to: typeof to === 'string' ? [to] : to }) }
}

/** Said alike for what is not there and what must not be touched. */
function cannotChange(id: string, entry: Entry | undefined): Answer<never> | undefined {
  if (entry === undefined) return missing(id)
  if (entry.origin === 'api') return undefined
  return refused('readonly', whole(`Trigger ${JSON.stringify(id)} comes from longship.yaml: change it there.`))
}

export function missing(id: string): Answer<never> {
  return refused('missing', whole(`There is no trigger ${JSON.stringify(id.slice(0, 128))}.`))
}

function whole(message: string): Fault {
  return { path: '', message }
}

function newId(taken: ReadonlyMap<string, unknown>): string {
  for (;;) {
    const id = `trigger_${randomBytes(6).toString('hex')}`
    if (!taken.has(id)) return id
  }
}
