/** Transformations of columns: which there are, what they are called, and those that are made of others. */

import { isLike } from './fields.ts'
import { displayName, type Field, type Frame, lengthOf } from './frame.ts'
import type { Loose } from './loose.ts'
import { calculationTitle, reduceValues } from './reduce.ts'
import { range } from './rows.ts'

export function labelsToFields(frame: Frame, { keepLabels }: { keepLabels?: string[] }): Frame {
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
export function organize(frame: Frame, { excludeByName = {}, indexByName = {}, renameByName = {} }: Loose): Frame {
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

export function keepFields(frame: Frame, { names, pattern }: { names?: string[]; pattern?: string }): Frame {
  const isKept = (field: Field) => {
    const name = displayName(field, frame)
    return names?.includes(name) === true || (pattern !== undefined && isLike(name, pattern))
  }
  return { ...frame, fields: frame.fields.filter(isKept) }
}

export function renameByRegex(frame: Frame, { regex = '', renamePattern = '' }): Frame {
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

/** The keys of a column of labels, or of JSON texts, as columns. */
export function extractFields(frame: Frame, { source = 'labels', format = 'auto', replace, keepTime }: Loose): Frame {
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
  return new Map(
    [...value.matchAll(/(?<![\w.])([\w.]+)[=:]\s*(?:"([^"]*)"|(\S+))/g)].map(([, name, a, b]) => [name, a ?? b]),
  )
}

const OPERATORS: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['^', (a, b) => a ** b],
])

export function calculateField(
  frame: Frame,
  { mode = 'reduceRow', binary, reduce, alias, replaceFields }: Loose,
): Frame {
  const find = (name: string) => frame.fields.find((each) => displayName(each, frame) === name || each.name === name)
  const side = (part: Loose) => {
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

export function convert(
  frame: Frame,
  conversions: readonly { targetField?: string; destinationType?: string }[],
): Frame {
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
