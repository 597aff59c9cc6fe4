/** Transformations of rows: their order, which there are, and what many of them come to. */

import { displayName, type Field, type Frame, lengthOf } from './frame.ts'
import type { Loose } from './loose.ts'
import { calculationTitle, reduceValues } from './reduce.ts'

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
  return pickRows(frame, order)
}

export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

export function groupBy(
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

/** One row a series, or with reduceFields one row of all fields. */
export function reduceFrames(
  frames: readonly Frame[],
  { reducers = ['max'], mode, labelsToFields: hasLabels }: Loose,
): Frame[] {
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

export function seriesToRows(frames: readonly Frame[]): Frame[] {
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

/** 0 to length, without it. */
export function range(length: number): number[] {
  return Array.from({ length: Math.max(0, length) }, (_, index) => index)
}

/** The frame with those rows only, in that order. */
export function pickRows(frame: Frame, order: readonly number[]): Frame {
  const length = lengthOf(frame)
  const kept = order.filter((index) => index < length)
  return {
    ...frame,
    fields: frame.fields.map((field) => ({ ...field, values: kept.map((index) => field.values[index]) })),
  }
}
