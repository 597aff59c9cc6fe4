/** Service level objectives of dashboards/slos.yaml, and the LogQL that measures them. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

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
}

/** The days over which an error budget is spent. Loki keeps logs for 30 days unless it is told otherwise. */
export const BUDGET_WINDOW = '30d'
/** Everything with an outcome counts, unless an entry says otherwise. */
const DEFAULT_EVENTS = 'outcome=~"success|failure"'

const KEYS = ['name', 'description', 'service', 'events', 'bad', 'slower_than_ms', 'objective']

/** Throws with the entry and what is wrong with it. */
export function readSlos(path: string): Slo[] {
  const { slos } = parse(readFileSync(path, 'utf8')) as { slos?: Record<string, unknown>[] }
  if (!Array.isArray(slos)) throw new Error(`${path}: there must be a list "slos"`)
  const names = new Set<unknown>()
  return slos.map((entry, index) => {
    const place = `${path}: slos[${index}]`
    const unknown = Object.keys(entry).find((key) => !KEYS.includes(key))
    if (unknown !== undefined) throw new Error(`${place}.${unknown} is not known. Known: ${KEYS.join(', ')}`)
    if (names.has(entry['name'])) throw new Error(`${place}.name: ${String(entry['name'])} is there twice`)
    names.add(entry['name'])
    return readSlo(entry, place)
  })
}

function readSlo(entry: Readonly<Record<string, unknown>>, place: string): Slo {
  const text = (key: string, pattern: RegExp, otherwise?: string): string => {
    const value = entry[key] ?? otherwise
    if (typeof value === 'string' && pattern.test(value)) return value
    throw new Error(`${place}.${key} must match ${pattern}, not ${JSON.stringify(value)}`)
  }
  const objective = entry['objective']
  if (typeof objective !== 'number' || objective <= 0 || objective >= 100) {
    throw new Error(`${place}.objective must be a percentage between 0 and 100, not ${JSON.stringify(objective)}`)
  }
  const limit = entry['slower_than_ms']
  if (limit !== undefined && (typeof limit !== 'number' || limit <= 0)) {
    throw new Error(`${place}.slower_than_ms must be milliseconds, not ${JSON.stringify(limit)}`)
  }
  const isLatency = limit !== undefined
  if (isLatency && entry['bad'] !== undefined) throw new Error(`${place}: either bad or slower_than_ms`)
  return {
    name: text('name', /^[a-z][a-z0-9-]*$/),
    description: text('description', /./),
    service: text('service', /^[^"\\]+$/),
    events: text('events', /./, DEFAULT_EVENTS) + (isLatency ? ' | duration_ms>=0' : ''),
    bad: text('bad', /./, isLatency ? `duration_ms>${String(limit)}` : 'outcome="failure"'),
    // 99.5 / 100 is 0.995; 1 - 0.995 is not 0.005, so digits beyond those that people write are cut.
    objective: Number((objective / 100).toFixed(8)),
  }
}

const select = ({ service }: Slo, env: string) => `{${env}service="${service}"}`

/** Bad events of all events; 0 without bad ones, nothing without events. */
export function errorRatio(slo: Slo, window: string, env = ''): string {
  const bad = `sum(count_over_time(${select(slo, env)} | ${slo.events} | ${slo.bad} [${window}]))`
  const all = `sum(count_over_time(${select(slo, env)} | ${slo.events} [${window}]))`
  return `(${bad} or ${all} * 0) / ${all}`
}

/** How many times faster than allowed the budget is spent: 1 spends it exactly in the budget's window. */
export function burnRate(slo: Slo, window: string, env = ''): string {
  return `${errorRatio(slo, window, env)} / ${allowed(slo)}`
}

/** The part of events that may be bad. */
export function allowed({ objective }: Slo): string {
  return String(Number((1 - objective).toFixed(8)))
}
