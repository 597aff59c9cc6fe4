/** Parameters of a query, each a table entry: how it is read, and how the document describes it. */
import { didYouMean } from '../suggest.ts'
import type { Fault } from '../terms/answer.ts'
import { durationMs } from '../terms/units.ts'
import { ProblemError } from './problem.ts'

/** JSON Schema, as OpenAPI 3.1 takes it (2020-12). */
export type Schema = Readonly<Record<string, unknown>>

export type Read<T> = { readonly value: T } | { readonly wrong: string }

export interface Parameter<T> {
  readonly description: string
  readonly schema: Schema
  /** May come several times. */
  readonly isList: boolean
  /** `now` in milliseconds. A string that is returned in `wrong` says what is allowed. */
  read(texts: readonly string[], now: number): Read<T>
}

// biome-ignore lint/suspicious/noExplicitAny: each parameter has a type of its own
export type Parameters = Readonly<Record<string, Parameter<any>>>
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: (P[K] extends Parameter<infer T> ? T : never) | undefined
}

/** Repeated or comma-separated. */
export function listOf<const T extends string>(allowed: readonly T[], description: string): Parameter<readonly T[]> {
  return {
    description: `${description} Repeated or comma-separated: any of them.`,
    schema: { type: 'array', items: { type: 'string', enum: [...allowed] } },
    isList: true,
    read(texts) {
      const values = texts.flatMap((text) => text.split(',')).map((text) => text.trim())
      const unknown = values.find((value) => !(allowed as readonly string[]).includes(value))
      if (unknown === undefined) return { value: [...new Set(values)] as T[] }
      return { wrong: `must not be ${shown(unknown)}. Known: ${allowed.join(', ')}.${didYouMean(unknown, allowed)}` }
    },
  }
}

export function oneOf<const T extends string>(allowed: readonly T[], description: string): Parameter<T> {
  return single(description, { type: 'string', enum: [...allowed] }, (text): Read<T> => {
    const value = allowed.find((each) => each === text)
    if (value !== undefined) return { value }
    return { wrong: `must not be ${shown(text)}. Known: ${allowed.join(', ')}.${didYouMean(text, allowed)}` }
  })
}

export function text(description: string, maxLength = 256): Parameter<string> {
  return single(description, { type: 'string', minLength: 1, maxLength }, (value): Read<string> => {
    const length = [...value].length
    if (length >= 1 && length <= maxLength) return { value }
    return { wrong: `must have 1 to ${maxLength} characters, got ${length}.` }
  })
}

export function whole(description: string, minimum: number, maximum: number, preset?: number): Parameter<number> {
  const schema = { type: 'integer', minimum, maximum, ...(preset === undefined ? {} : { default: preset }) }
  return single(description, schema, (value): Read<number> => {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return { value: number }
    return { wrong: `must be a whole number from ${minimum} to ${maximum}, got ${shown(value)}.` }
  })
}

const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h|d)){1,5}$/
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** Milliseconds since the epoch, with fractions. */
export function instant(description: string): Parameter<number> {
  const more = 'RFC 3339, or how long ago: 15m, 1h30m.'
  return single(`${description} ${more}`, { type: 'string', examples: ['15m'] }, (value, now): Read<number> => {
    if (DURATION.test(value)) return { value: now - durationMs(value) }
    const ms = instantMs(value)
    if (ms !== undefined) return { value: ms }
    return { wrong: `must be a time like 2026-05-05T12:30:00Z or a duration like 15m, got ${shown(value)}.` }
  })
}

/** Digits behind the milliseconds are kept: events have nanoseconds. */
function instantMs(value: string): number | undefined {
  // A + that was not percent-encoded comes as a space.
  const [, day, clock, fraction = '', zone] = RFC_3339.exec(value.replace(/ (\d\d:\d\d)$/, '+$1')) ?? []
  const seconds = Date.parse(`${day}T${clock}${zone?.toUpperCase()}`)
  return Number.isNaN(seconds) ? undefined : seconds + Number(`0${fraction}`) * 1000
}

function single<T>(description: string, schema: Schema, read: (text: string, now: number) => Read<T>): Parameter<T> {
  return {
    description,
    schema,
    isList: false,
    read: (texts, now) =>
      texts.length === 1 ? read(texts[0]!, now) : { wrong: `must come once, came ${texts.length} times.` },
  }
}

/** Throws a ProblemError that names all that is wrong, and every name that is not known. */
export function readQuery(parameters: Parameters, search: URLSearchParams, now: number): Record<string, unknown> {
  const known = Object.keys(parameters)
  const faults: Fault[] = []
  for (const name of new Set(search.keys())) {
    if (known.includes(name)) continue
    const names = known.length === 0 ? 'None is known here.' : `Known: ${known.join(', ')}.`
    faults.push({
      path: cut(name),
      message: `There is no parameter ${shown(name)}. ${names}${didYouMean(cut(name), known)}`,
    })
  }
  const values: Record<string, unknown> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    const texts = search.getAll(name)
    if (texts.length === 0) continue
    const read = parameter.read(texts, now)
    if ('wrong' in read) faults.push({ path: name, message: `${name} ${read.wrong}` })
    else values[name] = read.value
  }
  if (faults.length > 0) {
    const shownFaults = faults.slice(0, MAX_FAULTS)
    throw new ProblemError('invalid', shownFaults.map(({ message }) => message).join(' '), shownFaults)
  }
  return values
}

const MAX_FAULTS = 20

function shown(value: string): string {
  return JSON.stringify(cut(value))
}

function cut(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value
}
