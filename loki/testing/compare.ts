/** Expected against got: what belongs together, and each as the line that a report shows. */

import { compareText, writeLabels } from '../../shipper/wire/labels.ts'
import { writePrometheusDuration } from '../logql/units.ts'
import { valueText } from '../server/answer.ts'
import type { FoundEntry, FoundSeries, Labels } from './target.ts'
import type { ExpectedLog, ExpectedSample } from './testfile.ts'

/** One line of a comparison; '' where there is nothing on a side. */
export interface Row {
  readonly expected: string
  readonly got: string
  readonly isSame: boolean
}

/** Values of a millionth apart, as fuzzy_compare allows. */
const FUZZY = 1e-6

export function isSameValue(expected: number, got: number, isFuzzy: boolean): boolean {
  if (Object.is(expected, got) || expected === got) return true
  if (!isFuzzy || !Number.isFinite(expected) || !Number.isFinite(got)) return false
  return Math.abs(expected - got) <= FUZZY * Math.max(Math.abs(expected), Math.abs(got))
}

/** Pairs what fits; of the rest, what is near, and then what comes next, so that differences stand side by side. */
export function pairUp<E, G>(
  expected: readonly E[],
  got: readonly G[],
  fits: (e: E, g: G) => boolean,
  isNear: (e: E, g: G) => boolean,
): { readonly expected: E | undefined; readonly got: G | undefined; readonly fits: boolean }[] {
  const free = new Set(got)
  const partner = new Map<E, G>()
  const claim = (test: (e: E, g: G) => boolean) => {
    for (const e of expected) {
      if (partner.has(e)) continue
      for (const g of free) {
        if (!test(e, g)) continue
        partner.set(e, g)
        free.delete(g)
        break
      }
    }
  }
  claim(fits)
  const whole = new Set(partner.keys())
  claim(isNear)
  claim(() => true)
  return [
    ...expected.map((e) => ({ expected: e, got: partner.get(e), fits: whole.has(e) })),
    ...[...free].map((g) => ({ expected: undefined, got: g, fits: false })),
  ]
}

export interface Grid {
  readonly startMs: number
  readonly stepMs: number
  /** Steps of the range; 1 for an instant query. */
  readonly steps: number
}

/** The series of a metric query. */
export function compareSeries(
  expected: readonly ExpectedSample[],
  got: readonly FoundSeries[],
  grid: Grid,
  isFuzzy: boolean,
): Row[] {
  const wanted = expected.map((sample) => ({ key: labelsText(sample.labels), values: expectedValues(sample, grid) }))
  const found = got.map((series) => ({ key: labelsText(series.labels), values: foundValues(series, grid) }))
  const byKey = (a: { key: string }, b: { key: string }) => compareText(a.key, b.key)
  const isSame = (a: Values, b: Values) =>
    a.length === b.length &&
    a.every((value, i) =>
      value === undefined || b[i] === undefined ? value === b[i] : isSameValue(value, b[i]!, isFuzzy),
    )
  const pairs = pairUp(
    wanted.sort(byKey),
    found.sort(byKey),
    (e, g) => e.key === g.key && isSame(e.values, g.values),
    (e, g) => e.key === g.key,
  )
  const text = (one: { key: string; values: Values } | undefined) =>
    one === undefined ? '' : `${one.key} ${one.values.map(shownValue).join(' ')}`
  return pairs.map((pair) => ({ expected: text(pair.expected), got: text(pair.got), isSame: pair.fits }))
}

type Values = readonly (number | undefined)[]

function shownValue(value: number | undefined): string {
  return value === undefined ? '_' : valueText(value)
}

function expectedValues({ value, values }: ExpectedSample, { steps }: Grid): Values {
  const given = (values ?? [value]) as Values
  return steps > given.length ? [...given, ...new Array<undefined>(steps - given.length).fill(undefined)] : given
}

function foundValues({ samples }: FoundSeries, { startMs, stepMs, steps }: Grid): Values {
  const values = new Array<number | undefined>(steps).fill(undefined)
  for (const { time, value } of samples) values[steps === 1 ? 0 : Math.round((time - startMs) / stepMs)] = value
  return values
}

/** Sorted by name; empty values mean no label. */
export function labelsText(labels: Labels): string {
  return writeLabels([...labels].filter(([, value]) => value !== '').sort((a, b) => compareText(a[0], b[0])))
}

interface Wanted {
  readonly log: ExpectedLog
  readonly line: string | undefined
}

/** The entries of a log query; `start`: nanoseconds, what `at` counts from. */
export function compareLogs(expected: readonly ExpectedLog[], got: readonly FoundEntry[], start: bigint): Row[] {
  const wanted: Wanted[] = expected.flatMap((log) => (log.lines ?? [log.line]).map((line) => ({ log, line })))
  const found = [...got].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const isLine = ({ log, line }: Wanted, entry: FoundEntry) =>
    (line === undefined || entry.line === line) && (log.contains === undefined || entry.line.includes(log.contains))
  const pairs = pairUp(
    wanted,
    found,
    (one, entry) =>
      isLine(one, entry) &&
      [...(one.log.labels ?? [])].every(([name, value]) => (entry.labels.get(name) ?? '') === value) &&
      (one.log.at === undefined || atMs(entry, start) === one.log.at),
    isLine,
  )
  return pairs.map((pair) => ({
    expected: pair.expected === undefined ? '' : wantedText(pair.expected),
    got: pair.got === undefined ? '' : entryText(pair.got, pair.expected?.log, start),
    isSame: pair.fits,
  }))
}

function atMs(entry: FoundEntry, start: bigint): number {
  return Number(entry.time - start) / 1e6
}

function wantedText({ log, line }: Wanted): string {
  const at = log.at === undefined ? '' : `${offsetText(log.at)} `
  const labels = log.labels === undefined ? '' : `${writeLabels([...log.labels])} `
  return `${at}${labels}${line ?? (log.contains === undefined ? 'any line' : `…${log.contains}…`)}`
}

/** What the expectation names of an entry; all of it when there is none. */
function entryText(entry: FoundEntry, log: ExpectedLog | undefined, start: bigint): string {
  const at = log !== undefined && log.at === undefined ? '' : `${offsetText(atMs(entry, start))} `
  const labels =
    log === undefined
      ? `${labelsText(entry.labels)} `
      : log.labels === undefined
        ? ''
        : `${writeLabels([...log.labels.keys()].map((name) => [name, entry.labels.get(name) ?? '']))} `
  return `${at}${labels}${entry.line}`
}

/** 5m, -30s, 1m0.5s: milliseconds from the start of a test. */
export function offsetText(ms: number): string {
  const whole = Math.trunc(ms)
  return whole === ms ? writePrometheusDuration(ms) : `${ms / 1000}s`
}

export interface ShownAlert {
  readonly state: string
  readonly labels: Labels
  readonly annotations: Labels | undefined
}

/** Alerts: a row for their labels, one for each annotation. */
export function compareAlerts(expected: readonly ShownAlert[], got: readonly ShownAlert[]): Row[] {
  const key = ({ state, labels }: ShownAlert) => `${labelsText(labels)} ${state}`
  const isSame = (e: ShownAlert, g: ShownAlert) =>
    key(e) === key(g) && (e.annotations === undefined || isSameMap(e.annotations, g.annotations ?? new Map()))
  const order = (a: ShownAlert, b: ShownAlert) => compareText(key(a), key(b))
  const pairs = pairUp([...expected].sort(order), [...got].sort(order), isSame, (e, g) => key(e) === key(g))
  return pairs.flatMap(({ expected: e, got: g }) => [
    rowOf(e === undefined ? '' : key(e), g === undefined ? '' : key(g)),
    ...annotationRows(e, g),
  ])
}

function annotationRows(e: ShownAlert | undefined, g: ShownAlert | undefined): Row[] {
  if (e !== undefined && e.annotations === undefined) return []
  const names = new Set([...(e?.annotations ?? new Map()).keys(), ...(g?.annotations ?? new Map()).keys()])
  const text = (alert: ShownAlert | undefined, name: string) => {
    const value = alert?.annotations?.get(name)
    return value === undefined ? '' : `  ${name}: ${value}`
  }
  return [...names].sort(compareText).map((name) => rowOf(text(e, name), text(g, name)))
}

function rowOf(expected: string, got: string): Row {
  return { expected, got, isSame: expected === got }
}

function isSameMap(a: Labels, b: Labels): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value)
}
