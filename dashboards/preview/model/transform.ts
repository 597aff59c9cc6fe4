/** Grafana's transformations, those that logs' dashboards use: frames → frames. One table entry each. */
import type { Transformation } from './dashboard.ts'
import { isLike } from './fields.ts'
import { displayName, type Field, type Frame, lengthOf } from './frame.ts'
import { joinByField, mergeFrames } from './join.ts'
import { calculationTitle, reduceValues } from './reduce.ts'

type Transform = (frames: readonly Frame[], options: any) => readonly Frame[]

export interface Transformed {
  readonly frames: readonly Frame[]
  /** Ids that nothing here knows: their frames went through unchanged. */
  readonly unknown: readonly string[]
}

export function transform(frames: readonly Frame[], list: readonly Transformation[] = []): Transformed {
  const unknown: string[] = []
  for (const { id, disabled, options } of list) {
    if (disabled === true) continue
    const apply = TRANSFORMS.get(id)
    if (apply === undefined) unknown.push(id)
    else frames = apply(frames, options ?? {})
  }
  return { frames, unknown }
}

const TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['merge', mergeFrames],
  ['joinByField', joinByField],
  ['seriesToColumns', joinByField],
  ['labelsToFields', (frames, options) => frames.map((frame) => labelsToFields(frame, options))],
  ['organize', (frames, options) => frames.map((frame) => organize(frame, options))],
  ['sortBy', (frames, { sort = [] }) => frames.map((frame) => sortRows(frame, sort))],
  ['limit', (frames, { limitField = 10 }) => frames.map((frame) => rows(frame, range(Number(limitField))))],
  ['filterFieldsByName', (frames, { include = {} }) => frames.map((frame) => keepFields(frame, include))],
  ['filterByRefId', (frames, { include = '' }) => frames.filter(({ refId }) => isLike(refId, include))],
  ['renameByRegex', (frames, options) => frames.map((frame) => renameByRegex(frame, options))],
  ['reduce', reduceFrames],
  ['seriesToRows', seriesToRows],
  ['extractFields', (frames, options) => frames.map((frame) => extractFields(frame, options))],
  ['groupBy', (frames, { fields = {} }) => frames.map((frame) => groupBy(frame, fields))],
  ['calculateField', (frames, options) => frames.map((frame) => calculateField(frame, options))],
  ['prepareTimeSeries', (frames) => frames],
  ['convertFieldType', (frames, { conversions = [] }) => frames.map((frame) => convert(frame, conversions))],
])

function labelsToFields(frame: Frame, { keepLabels }: { keepLabels?: string[] }): Frame {
  const fields: Field[] = []
  const length = lengthOf(frame)
  for (const field of frame.fields) {
    for (const [name, value] of field.labels ?? []) {
      if (keepLabels !== undefined && keepLabels.length > 0 && !keepLabels.includes(name)) continue
      if (fields.some((each) => each.name === name)) continue
      fields.push({ name, type: 'string', values: Array.from({ length }, () => value) })
    }
  }
  const [time, ...rest] = frame.fields.map(({ labels: _, legend: __, ...field }) => field)
  return { refId: frame.refId, fields: time === undefined ? [] : [time, ...fields, ...rest] }
}

/** A column that is called anew keeps its name beside it: overrides match either. */
function organize(frame: Frame, { excludeByName = {}, indexByName = {}, renameByName = {} }: any): Frame {
  const place = (name: string) => (Object.hasOwn(indexByName, name) ? indexByName[name] : Number.MAX_SAFE_INTEGER)
  const fields = frame.fields
    .map((field) => ({ field, name: displayName(field, frame) }))
    .filter(({ field, name }) => excludeByName[name] !== true && excludeByName[field.name] !== true)
    .sort((a, b) => Math.min(place(a.name), place(a.field.name)) - Math.min(place(b.name), place(b.field.name)))
    .map(({ field, name }) => rename(field, own(renameByName, name) ?? own(renameByName, field.name) ?? ''))
  return { ...frame, fields }
}

function rename(field: Field, name: string): Field {
  return name === '' ? field : { ...field, config: { ...field.config, displayName: name } }
}

function own(object: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

export function sortRows(frame: Frame, sort: readonly { field: string; desc?: boolean }[]): Frame {
  const by = sort.flatMap(({ field: name, desc }) => {
    const field = frame.fields.find((each) => displayName(each, frame) === name || each.name === name)
    return field === undefined ? [] : [{ values: field.values, sign: desc === true ? -1 : 1 }]
  })
  if (by.length === 0) return frame
  const order = range(lengthOf(frame)).sort((a, b) => {
    for (const { values, sign } of by) {
      const difference = compareValues(values[a], values[b])
      if (difference !== 0) return difference * sign
    }
    return a - b
  })
  return rows(frame, order)
}

export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

function range(length: number): number[] {
  return Array.from({ length: Math.max(0, length) }, (_, index) => index)
}

function rows(frame: Frame, order: readonly number[]): Frame {
  const length = lengthOf(frame)
  const kept = order.filter((index) => index < length)
  return {
    ...frame,
    fields: frame.fields.map((field) => ({ ...field, values: kept.map((index) => field.values[index]) })),
  }
}

function keepFields(frame: Frame, { names, pattern }: { names?: string[]; pattern?: string }): Frame {
  const isKept = (field: Field) => {
    const name = displayName(field, frame)
    return names?.includes(name) === true || (pattern !== undefined && isLike(name, pattern))
  }
  return { ...frame, fields: frame.fields.filter(isKept) }
}

function renameByRegex(frame: Frame, { regex = '', renamePattern = '' }): Frame {
  try {
    const pattern = new RegExp(regex.replace(/^\/(.*)\/\w*$/s, '$1'))
    const rename = (field: Field) => displayName(field, frame).replace(pattern, renamePattern)
    return {
      ...frame,
      fields: frame.fields.map((field) =>
        field.type === 'time' ? field : { ...field, name: rename(field), legend: rename(field) },
      ),
    }
  } catch {
    return frame
  }
}

/** One row a series, or with reduceFields one row of all fields. */
function reduceFrames(frames: readonly Frame[], { reducers = ['max'], mode, labelsToFields: hasLabels }: any): Frame[] {
  if (mode === 'reduceFields') {
    return frames.map((frame) => ({
      ...frame,
      fields: frame.fields
        .filter(({ type }) => type === 'number')
        .map((field) => ({ ...field, values: [reduceValues(field.values, reducers[0])] })),
    }))
  }
  const numbers = frames.flatMap((frame) =>
    frame.fields.filter(({ type }) => type === 'number').map((field) => ({ field, name: displayName(field, frame) })),
  )
  const labels =
    hasLabels === true ? [...new Set(numbers.flatMap(({ field }) => [...(field.labels?.keys() ?? [])]))] : []
  const names: Field[] =
    labels.length > 0
      ? labels.map((name) => ({
          name,
          type: 'string',
          values: numbers.map(({ field }) => field.labels?.get(name) ?? ''),
        }))
      : [{ name: 'Field', type: 'string', values: numbers.map(({ name }) => name) }]
  const values = reducers.map((id: string): Field => {
    return {
      name: calculationTitle(id),
      type: 'number',
      values: numbers.map(({ field }) => reduceValues(field.values, id)),
    }
  })
  return [{ refId: frames[0]?.refId ?? 'A', fields: [...names, ...values] }]
}

function seriesToRows(frames: readonly Frame[]): Frame[] {
  const all = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    return frame.fields
      .filter(({ type }) => type === 'number')
      .flatMap((field) =>
        field.values.map((value, row) => [time?.values[row], displayName(field, frame), value] as const),
      )
  })
  all.sort((a, b) => Number(b[0]) - Number(a[0]))
  const column = (index: 0 | 1 | 2) => all.map((row) => row[index])
  return [
    {
      refId: frames[0]?.refId ?? 'A',
      fields: [
        { name: 'Time', type: 'time', values: column(0) },
        { name: 'Metric', type: 'string', values: column(1) },
        { name: 'Value', type: 'number', values: column(2) },
      ],
    },
  ]
}

/** The keys of a column of labels, or of JSON texts, as columns. */
function extractFields(frame: Frame, { source = 'labels', format = 'auto', replace, keepTime }: any): Frame {
  const field = frame.fields.find((each) => each.name === source)
  if (field === undefined) return frame
  const objects = field.values.map((value) => entriesOf(value, format))
  const names = [...new Set(objects.flatMap((object) => [...object.keys()]))]
  const made = names.map((name): Field => {
    const values = objects.map((object) => object.get(name) ?? null)
    return {
      name,
      type: values.every((value) => value === null || typeof value === 'number') ? 'number' : 'string',
      values,
    }
  })
  const kept = replace === true ? frame.fields.filter(({ type }) => keepTime === true && type === 'time') : frame.fields
  return { ...frame, isLogs: false, fields: [...kept, ...made] }
}

function entriesOf(value: unknown, format: string): ReadonlyMap<string, unknown> {
  if (value instanceof Map) return value
  if (typeof value !== 'string') return new Map()
  if (format === 'json' || value.startsWith('{')) {
    try {
      return new Map(Object.entries(JSON.parse(value)))
    } catch {
      return new Map()
    }
  }
  return new Map([...value.matchAll(/([\w.]+)[=:]\s*(?:"([^"]*)"|(\S+))/g)].map(([, name, a, b]) => [name, a ?? b]))
}

function groupBy(
  frame: Frame,
  wanted: Readonly<Record<string, { operation?: string; aggregations?: string[] }>>,
): Frame {
  const named = frame.fields.map((field) => ({ field, how: wanted[displayName(field, frame)] ?? wanted[field.name] }))
  const keys = named.filter(({ how }) => how?.operation === 'groupby').map(({ field }) => field)
  const groups = new Map<string, number[]>()
  for (const row of range(lengthOf(frame))) {
    const key = JSON.stringify(keys.map(({ values }) => values[row]))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  const members = [...groups.values()]
  const keyFields = keys.map((field) => ({ ...field, values: members.map((group) => field.values[group[0]]) }))
  const calculated = named.flatMap(({ field, how }) =>
    (how?.operation === 'aggregate' ? (how.aggregations ?? []) : []).map((id): Field => {
      const values = members.map((group) =>
        reduceValues(
          group.map((row) => field.values[row]),
          id,
        ),
      )
      return { ...field, name: `${displayName(field, frame)} (${id})`, values }
    }),
  )
  return { ...frame, fields: [...keyFields, ...calculated] }
}

const OPERATORS: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['^', (a, b) => a ** b],
])

function calculateField(frame: Frame, { mode = 'reduceRow', binary, reduce, alias, replaceFields }: any): Frame {
  const find = (name: string) => frame.fields.find((each) => displayName(each, frame) === name || each.name === name)
  const side = (part: any) => {
    const name = typeof part === 'object' ? (part?.matcher?.options ?? part?.fixed) : part
    const field = find(String(name))
    return (row: number) => Number(field === undefined ? name : field.values[row])
  }
  let value: (row: number) => unknown
  let name = alias
  if (mode === 'binary' && binary !== undefined) {
    const [left, right, apply] = [
      side(binary.left),
      side(binary.right),
      OPERATORS.get(binary.operator) ?? OPERATORS.get('+')!,
    ]
    value = (row) => apply(left(row), right(row))
    name ||= `${binary.left} ${binary.operator} ${binary.right}`
  } else {
    const names: string[] | undefined = reduce?.include
    const fields = frame.fields.filter(
      (f) => f.type === 'number' && (names === undefined || names.includes(displayName(f, frame))),
    )
    value = (row) =>
      reduceValues(
        fields.map((field) => field.values[row]),
        reduce?.reducer ?? 'sum',
      )
    name ||= calculationTitle(reduce?.reducer ?? 'sum')
  }
  const made: Field = { name, type: 'number', values: range(lengthOf(frame)).map(value) }
  const kept = replaceFields === true ? frame.fields.filter(({ type }) => type === 'time') : frame.fields
  return { ...frame, fields: [...kept, made] }
}

function convert(frame: Frame, conversions: readonly { targetField?: string; destinationType?: string }[]): Frame {
  const fields = frame.fields.map((field): Field => {
    const to = conversions.find(({ targetField }) => targetField === displayName(field, frame))?.destinationType
    if (to === 'number') return { ...field, type: 'number', values: field.values.map((value) => Number(value)) }
    if (to === 'string') return { ...field, type: 'string', values: field.values.map((value) => String(value)) }
    if (to === 'time')
      return { ...field, type: 'time', values: field.values.map((value) => Number(value) || Date.parse(String(value))) }
    return field
  })
  return { ...frame, fields }
}
