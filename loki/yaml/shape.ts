/**
 * What a YAML file may hold, said once: a shape reads a value with its place, reports what is wrong with a path and what
 * is allowed, and writes itself as JSON Schema for editors.
 */
import { didYouMean } from '../../shipper/suggest.ts'
import { readPrometheusDuration } from '../logql/units.ts'
import { entriesOf, isEmpty, itemsOf, type Place, report, scalarOf, shown, textOf } from './source.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Shape<T> {
  /** Undefined when what stands there is reported as wrong. */
  read(place: Place): T | undefined
  readonly schema: JsonSchema
}

export type Read<S> = S extends Shape<infer T> ? T : never

export interface Field<T> {
  readonly shape: Shape<T>
  readonly description: string
  readonly isRequired: boolean
  readonly fallback: T | undefined
}

export function required<T>(shape: Shape<T>, description: string): Field<T> {
  return { shape, description, isRequired: true, fallback: undefined }
}

export function optional<T>(shape: Shape<T>, description: string): Field<T | undefined> {
  return { shape, description, isRequired: false, fallback: undefined }
}

export function withDefault<T>(shape: Shape<T>, fallback: T, description: string): Field<T> {
  return { shape, description, isRequired: false, fallback }
}

type Fields = Readonly<Record<string, Field<unknown>>>
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

/** A record knows where it stands in its file. */
export interface Located {
  readonly place: { readonly line: number; readonly path: string }
}

/** A mapping of known keys; a key that is not known is wrong. */
export function record<F extends Fields>(fields: F): Shape<Values<F> & Located> {
  const names = Object.keys(fields)
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(names.map((name) => [name, fieldSchema(fields[name]!)])),
      ...requiredNames(fields, names),
    },
    read(place) {
      const entries = entriesOf(place)
      if (entries === undefined) return report(place, `must be a mapping, not ${shown(place)}`)
      const values = new Map<string, unknown>()
      let isWhole = true
      for (const { key, at, value } of entries) {
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined
        if (field === undefined) {
          report(at, `is not known. Known: ${names.join(', ')}.${didYouMean(key, names)}`)
          isWhole = false
        } else if (!isEmpty(value)) {
          const read = field.shape.read(value)
          if (read === undefined) isWhole = false
          else values.set(key, read)
        }
      }
      for (const name of names) {
        if (values.has(name)) continue
        const { isRequired, fallback } = fields[name]!
        const given = entries.find(({ key }) => key === name)
        if (isRequired && (given === undefined || isEmpty(given.value))) {
          report(place, `needs ${JSON.stringify(name)}`)
          isWhole = false
        }
        values.set(name, fallback)
      }
      if (!isWhole) return undefined
      const { line, path } = place
      return { ...Object.fromEntries(values), place: { line, path } } as unknown as Values<F> & Located
    },
  }
}

function requiredNames(fields: Fields, names: readonly string[]): JsonSchema {
  const needed = names.filter((name) => fields[name]!.isRequired)
  return needed.length === 0 ? {} : { required: needed }
}

function fieldSchema({ shape, description, fallback }: Field<unknown>): JsonSchema {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof fallback)
  return { ...shape.schema, description, ...(isPlain ? { default: fallback } : {}) }
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema },
    read(place) {
      const items = itemsOf(place)
      if (items === undefined) return report(place, `must be a list, not ${shown(place)}`)
      const read = items.map((one) => item.read(one))
      return read.includes(undefined) ? undefined : (read as T[])
    },
  }
}

/** A mapping of any keys. */
export function mapping<T>(value: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    schema: { type: 'object', additionalProperties: value.schema },
    read(place) {
      const entries = entriesOf(place)
      if (entries === undefined) return report(place, `must be a mapping, not ${shown(place)}`)
      const read = entries.map((entry) => [entry.key, value.read(entry.value)] as const)
      return read.some(([, one]) => one === undefined) ? undefined : new Map(read as (readonly [string, T])[])
    },
  }
}

/** Any scalar, as it was written. */
export const text: Shape<string> = {
  schema: { type: ['string', 'number', 'boolean'] },
  read(place) {
    return textOf(place) ?? report(place, `must be text, not ${shown(place)}`)
  },
}

/** A scalar of a notation: `read` returns undefined for what is none. */
export function notation<T>(allowed: string, read: (text: string) => T | undefined, schema: JsonSchema): Shape<T> {
  return {
    schema,
    read(place) {
      const written = textOf(place)
      const value = written === undefined ? undefined : read(written)
      return value === undefined ? report(place, `must be ${allowed}, not ${shown(place)}`) : value
    },
  }
}

/** Prometheus's notation, in milliseconds. */
export const duration: Shape<number> = notation('a duration such as 30s, 5m or 1h30m', readPrometheusDuration, {
  type: ['string', 'integer'],
  pattern: '^(0|([0-9]+(ms|[smhdwy]))+)$',
})

export const wholeNumber: Shape<number> = notation(
  'a whole number from 0 up',
  (written) => (/^\d{1,15}$/.test(written) ? Number(written) : undefined),
  { type: 'integer', minimum: 0 },
)

const VALUES: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])

function readValue(written: string): number | undefined {
  const special = VALUES.get(written.toLowerCase().replace('.', ''))
  if (special !== undefined) return special
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(written) ? Number(written) : undefined
}

/** A sample's value: also NaN, +Inf and -Inf. */
export const sampleValue: Shape<number> = notation('a number, NaN, +Inf or -Inf', readValue, {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: '^([+-]?[Ii]nf|[Nn]a[Nn])$' }],
})

export const boolean: Shape<boolean> = {
  schema: { type: 'boolean' },
  read(place) {
    const value = scalarOf(place)
    return typeof value === 'boolean' ? value : report(place, `must be true or false, not ${shown(place)}`)
  },
}

export function choice<const T extends string>(words: readonly T[]): Shape<T> {
  return {
    schema: { type: 'string', enum: words },
    read(place) {
      const written = textOf(place)
      const found = words.find((word) => word === written)
      return (
        found ?? report(place, `must be one of ${words.join(', ')}, not ${shown(place)}.${didYouMean(written, words)}`)
      )
    },
  }
}

/** The first shape whose kind of node fits: `when` says which. */
export function either<A, B>(when: (place: Place) => boolean, first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    read: (place) => (when(place) ? first.read(place) : second.read(place)),
  }
}

/** A shape with one more condition; `check` says what is wrong, or nothing. */
export function checked<T>(shape: Shape<T>, check: (value: T) => string | undefined): Shape<T> {
  return {
    schema: shape.schema,
    read(place) {
      const value = shape.read(place)
      const wrong = value === undefined ? undefined : check(value)
      return wrong === undefined ? value : report(place, wrong)
    },
  }
}

/** A shape whose value becomes another. */
export function mapped<A, B>(shape: Shape<A>, make: (value: A) => B): Shape<B> {
  return {
    schema: shape.schema,
    read(place) {
      const value = shape.read(place)
      return value === undefined ? undefined : make(value)
    },
  }
}
