/** Service level objectives of dashboards/slos.yaml, and the LogQL that measures them. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { LongshipError } from '../../shipper/errors.ts'
import { orZero } from './logql.ts'

export interface Slo {
  readonly name: string
  readonly description: string
  readonly service: string
  /** LogQL label filter: which lines count. */
  readonly events: string
  /** LogQL label filter: which of them are bad. */
  readonly bad: string
  /** 0 to 1: the part of events that must be good. */
  readonly objective: number
  /** Fields of a good and of a bad event: the tests of its alerts are made of them. */
  readonly examples: { readonly good: Fields; readonly bad: Fields }
}

export type Fields = Readonly<Record<string, string>>

/** The days over which an error budget is spent. Loki keeps logs for 30 days unless it is told otherwise. */
export const BUDGET_WINDOW = '30d'
/** Everything with an outcome counts, unless an entry says otherwise. */
const DEFAULT_EVENTS = 'outcome=~"success|failure"'

const KEYS = ['name', 'description', 'service', 'events', 'bad', 'slower_than_ms', 'objective', 'examples']

/** Throws with the entry and what is wrong with it. */
export function readSlos(path: string): Slo[] {
  const { slos } = (parse(textOf(path)) ?? {}) as { slos?: Record<string, unknown>[] }
  if (!Array.isArray(slos)) throw fault(`${path}: there must be a list "slos"`)
  const names = new Set<unknown>()
  return slos.map((entry, index) => {
    const place = `${path}: slos[${index}]`
    const unknown = Object.keys(entry).find((key) => !KEYS.includes(key))
    if (unknown !== undefined) throw fault(`${place}.${unknown} is not known. Known: ${KEYS.join(', ')}`)
    if (names.has(entry['name'])) throw fault(`${place}.name: ${String(entry['name'])} is there twice`)
    names.add(entry['name'])
    return readSlo(entry, place)
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new LongshipError('file', `cannot read the objectives: ${(error as Error).message}`)
  }
}

function fault(message: string): LongshipError {
  return new LongshipError('config', message)
}

function readSlo(entry: Readonly<Record<string, unknown>>, place: string): Slo {
  const text = (key: string, pattern: RegExp, otherwise?: string): string => {
    const value = entry[key] ?? otherwise
    if (typeof value === 'string' && pattern.test(value)) return value
    throw fault(`${place}.${key} must match ${pattern}, not ${JSON.stringify(value)}`)
  }
  const objective = entry['objective']
  if (typeof objective !== 'number' || objective <= 0 || objective >= 100) {
    throw fault(`${place}.objective must be a percentage between 0 and 100, not ${JSON.stringify(objective)}`)
  }
  const limit = entry['slower_than_ms']
  if (limit !== undefined && (typeof limit !== 'number' || limit <= 0)) {
    throw fault(`${place}.slower_than_ms must be milliseconds, not ${JSON.stringify(limit)}`)
  }
  const isLatency = limit !== undefined
  if (isLatency && entry['bad'] !== undefined) throw fault(`${place}: either bad or slower_than_ms`)
  return {
    name: text('name', /^[a-z][a-z0-9-]*$/),
    description: text('description', /./),
    service: text('service', /^[^"\\]+$/),
    events: text('events', /./, DEFAULT_EVENTS) + (isLatency ? ' | duration_ms>=0' : ''),
    bad: text('bad', /./, isLatency ? `duration_ms>${String(limit)}` : 'outcome="failure"'),
    // 99.5 / 100 is 0.995; 1 - 0.995 is not 0.005, so digits beyond those that people write are cut.
    objective: Number((objective / 100).toFixed(8)),
    examples: { good: readFields(entry, 'good', place), bad: readFields(entry, 'bad', place) },
  }
}

function readFields({ examples }: Readonly<Record<string, unknown>>, key: 'good' | 'bad', place: string): Fields {
  const fields = (examples as Record<string, unknown> | undefined)?.[key]
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0) {
    throw fault(`${place}.examples.${key} must name fields of a ${key} event, such as { outcome: failure }`)
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
}

const counted = ({ service, events }: Slo, window: string, env: string, more = '') =>
  `sum(count_over_time({${env}service="${service}"} | ${events}${more} [${window}]))`

/** Bad events of all events; 0 without bad ones, nothing without events. */
export function errorRatio(slo: Slo, window: string, env = ''): string {
  return `(${orZero(counted(slo, window, env, ` | ${slo.bad}`))}) / ${counted(slo, window, env)}`
}

/** The same for alerts, which need no 0 where nothing is bad: two counts instead of three. */
export function errorRatioOfRules(slo: Slo, window: string): string {
  return `${counted(slo, window, '', ` | ${slo.bad}`)} / ${counted(slo, window, '')}`
}

/** How many times faster than allowed the budget is spent: 1 spends it exactly in the budget's window. */
export function burnRate(slo: Slo, window: string, env = ''): string {
  return `${errorRatio(slo, window, env)} / ${allowed(slo)}`
}

/** The part of events that may be bad. */
export function allowed({ objective }: Slo): number {
  return Number((1 - objective).toFixed(8))
}
