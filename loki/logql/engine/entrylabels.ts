/** The labels of an entry that a log query found, by where they came from. */
import { writeLabelText } from './labeltext.ts'
import type { Labels } from './result.ts'
import type { EntryRow } from './source.ts'

export interface EntryLabels {
  /** All of them, by name: what Loki answers as `stream`. */
  readonly all: Labels
  readonly stream: Labels
  readonly metadata: Labels
  readonly parsed: Labels
  /** Text of `all`: what entries are grouped by. */
  readonly text: string
  readonly streamText: string
}

/** Makes them; entries with the same ones share them. */
export function createLabelReader(): (row: EntryRow) => EntryLabels {
  const seen = new Map<string, EntryLabels>()
  return (row) => {
    const key = keyOf(row)
    let labels = seen.get(key)
    if (labels === undefined) seen.set(key, (labels = read(row)))
    return labels
  }
}

function keyOf(row: EntryRow): string {
  let key = ''
  row.each((name, value, category) => {
    key += `${category[0]}${name}=${value.length}:${value},`
  })
  return row.error === '' && row.details === '' ? key : `${key}!${row.error}=${row.details}`
}

function read(row: EntryRow): EntryLabels {
  const by = {
    stream: new Map<string, string>(),
    metadata: new Map<string, string>(),
    parsed: new Map<string, string>(),
  }
  row.each((name, value, category) => by[category].set(name, value))
  row.eachError((name, value) => by.parsed.set(name, value))
  const all = byName([...by.stream, ...by.metadata, ...by.parsed])
  const stream = byName([...by.stream])
  return {
    all,
    stream,
    metadata: byName([...by.metadata]),
    parsed: byName([...by.parsed]),
    text: writeLabelText([...all]),
    streamText: writeLabelText([...stream]),
  }
}

function byName(pairs: readonly (readonly [string, string])[]): Labels {
  return new Map([...new Map(pairs)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
