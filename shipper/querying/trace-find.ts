/** Every record that carries an id, wherever it carries it: in structured metadata first, else somewhere in the line. */

import { IDENTIFIERS } from '../record.ts'
import { quote } from '../wire/quote.ts'
import { type Entry, labelsKey } from './answer.ts'
import type { Loki } from './loki.ts'
import { pages } from './paging.ts'
import { readFields } from './record-view.ts'
import type { Range } from './times.ts'

export interface FindOptions {
  readonly id: string
  readonly range: Range
  /** Which streams; undefined: all of them. */
  readonly selector: string | undefined
  /** Records at most. */
  readonly limit: number
  /** Search the lines too when structured metadata holds the id already. */
  readonly searchesLines: boolean
}

export interface Found {
  /** In time order. */
  readonly entries: readonly Entry[]
  /** The limit ended it: there may be more. */
  readonly isCut: boolean
  readonly warnings: readonly string[]
}

export async function findRecords(loki: Loki, options: FindOptions): Promise<Found> {
  const { id, searchesLines } = options
  const streams = options.selector ?? (await allStreams(loki, options.range))
  const filters = IDENTIFIERS.map((name) => `${name}=${quote(id)}`).join(' or ')
  const tagged = await ask(loki, `${streams} | ${filters}`, options)
  if (tagged.entries.length > 0 && !searchesLines) return tagged
  const lines = await ask(loki, `${streams} |= ${quote(id)}`, options)
  const entries = [...tagged.entries, ...lines.entries.filter((entry) => holdsId(entry, id))]
  return {
    entries: distinct(entries).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
    isCut: tagged.isCut || lines.isCut,
    warnings: [...new Set([...tagged.warnings, ...lines.warnings])],
  }
}

/** Loki wants a matcher that not everything passes: a label that all streams have. */
const EVERYWHERE = ['service', 'service_name', 'job', 'app'] as const

async function allStreams(loki: Loki, { start, end }: Range): Promise<string> {
  const names = await loki.labels(start, end)
  const name = EVERYWHERE.find((each) => names.includes(each)) ?? names.find((each) => !each.startsWith('__'))
  return `{${name ?? EVERYWHERE[0]}=~".+"}`
}

async function ask(loki: Loki, query: string, { range, limit }: FindOptions): Promise<Found> {
  const entries: Entry[] = []
  const warnings: string[] = []
  let isCut = false
  for await (const page of pages(loki, { query, range, isForward: true, limit })) {
    for (const entry of page.entries) entries.push(entry)
    warnings.push(...page.warnings)
    isCut ||= page.isCut
  }
  return { entries, isCut, warnings }
}

/** The id as a whole: msg_1 is not in msg_12. */
function holdsId({ line, labels }: Entry, id: string): boolean {
  for (const name of IDENTIFIERS) if (labels.get(name) === id) return true
  const object = readFields(line)
  if (object !== undefined && IDENTIFIERS.some((name) => String(object.get(name)) === id)) return true
  for (let at = line.indexOf(id); at >= 0; at = line.indexOf(id, at + 1)) {
    if (!isWord(line[at - 1]) && !isWord(line[at + id.length])) return true
  }
  return false
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\w-]/.test(char)
}

function distinct(entries: readonly Entry[]): Entry[] {
  const seen = new Map<string, Entry>()
  for (const entry of entries) seen.set(`${entry.time}\u0003${labelsKey(entry.labels)}\u0003${entry.line}`, entry)
  return [...seen.values()]
}
