/** Several frames → one: rows that agree become one (merge), or rows of one key stand side by side (joinByField). */
import { displayName, type Field, type Frame, lengthOf } from './frame.ts'

/** Rows with the same values in all columns that every frame has become one, as far as their other columns agree. */
export function mergeFrames(frames: readonly Frame[]): Frame[] {
  const filled = frames.filter(({ fields }) => fields.length > 0)
  if (filled.length <= 1) return [...filled]
  const columns = new Map<string, Field>()
  for (const { fields } of filled)
    for (const field of fields) if (!columns.has(field.name)) columns.set(field.name, field)
  const shared = [...columns.keys()].filter((name) => filled.every(({ fields }) => fields.some((f) => f.name === name)))
  const rows: Map<string, unknown>[] = []
  const byKey = new Map<string, Map<string, unknown>[]>()
  for (const frame of filled) {
    for (let index = 0; index < lengthOf(frame); index++) {
      const row = new Map(frame.fields.map(({ name, values }) => [name, values[index]]))
      const key = JSON.stringify(shared.map((name) => row.get(name)))
      const like = byKey.get(key) ?? []
      const fitting = shared.length === 0 ? undefined : like.find((other) => agree(other, row))
      if (fitting !== undefined) for (const [name, value] of row) fitting.set(name, value)
      else {
        rows.push(row)
        byKey.set(key, [...like, row])
      }
    }
  }
  const fields = [...columns].map(([name, field]) => ({ ...field, values: rows.map((row) => row.get(name) ?? null) }))
  return [{ refId: filled[0].refId, fields }]
}

function agree(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  for (const [name, value] of b) if (a.has(name) && a.get(name) !== value) return false
  return true
}

/** Outer join, by the time unless told otherwise. */
export function joinByField(frames: readonly Frame[], { byField }: { byField?: string } = {}): Frame[] {
  const keyOf = ({ fields }: Frame) =>
    fields.find((field) => (byField === undefined ? field.type === 'time' : field.name === byField))
  const joined = frames.filter((frame) => keyOf(frame) !== undefined)
  if (joined.length === 0) return [...frames]
  const keys = [...new Set(joined.flatMap((frame) => keyOf(frame)!.values))]
  const key = keyOf(joined[0])!
  if (key.type === 'time' || key.type === 'number') keys.sort((a, b) => Number(a) - Number(b))
  const fields: Field[] = [{ ...key, values: keys }]
  for (const frame of joined) {
    const own = keyOf(frame)!
    const place = new Map(own.values.map((value, index) => [value, index]))
    for (const field of frame.fields) {
      if (field === own) continue
      const values = keys.map((value) => field.values[place.get(value) ?? -1] ?? null)
      fields.push({ ...field, legend: displayName(field, frame), values })
    }
  }
  return [{ refId: joined[0].refId, fields }]
}
