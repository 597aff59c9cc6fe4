/**
 * Answers detected_fields and detected_field/<name>/values: what structured metadata has, and what json, else logfmt,
 * finds in the newest lines of a query (grafana/loki v3.7.6 pkg/querier/queryrange/detected_fields.go).
 */

import { compareText } from '../../shipper/wire/labels.ts'
import type { ResultEntry, ResultStream } from '../logql/engine/result.ts'
import { QueryError } from '../logql/error.ts'
import { parseQuery } from '../logql/parser.ts'
import { createRow, type Row } from '../logql/row.ts'
import { createStage } from '../logql/stages/index.ts'
import { runRange } from './ask.ts'
import { checkEntries } from './asklimits.ts'
import { fieldType, writtenSize } from './fieldtype.ts'
import { readOrderedBounds, readPositive, readStep } from './params.ts'
import type { QueryRequest } from './query.ts'

interface Field {
  readonly values: Set<string>
  type: string
  readonly parsers: string[]
  jsonPath: readonly string[] | undefined
}

export async function detectedFields(request: QueryRequest): Promise<string> {
  const { streams, limit } = await ask(request)
  const fields = new Map<string, Field>()
  const note = (name: string, value: string, parser: Parser | undefined, path: readonly string[] | undefined) => {
    let field = fields.get(name)
    if (field === undefined) {
      if (fields.size >= limit) return
      fields.set(name, (field = { values: new Set(), type: '', parsers: [], jsonPath: undefined }))
    }
    if (parser !== undefined && !field.parsers.includes(parser)) field.parsers.push(parser)
    if (parser === 'json' && path !== undefined) field.jsonPath = path
    field.type = fieldType(value)
    field.values.add(value)
  }
  for (const { entry, fields: found, parser, paths } of readEntries(streams)) {
    for (const [name, value] of entry.metadata) note(name, value, undefined, undefined)
    for (const [name, value] of found) note(name, value, parser, paths.get(name))
  }
  const list = [...fields]
    .sort((a, b) => compareText(a[0], b[0]))
    .map(([label, { type, values, parsers, jsonPath }]) => ({
      label,
      type,
      cardinality: values.size,
      parsers: parsers.length === 0 ? null : parsers,
      ...(jsonPath === undefined ? {} : { jsonPath }),
    }))
  return `${JSON.stringify(list.length === 0 ? {} : { fields: list, limit })}\n`
}

export async function detectedFieldValues(request: QueryRequest, name: string): Promise<string> {
  const { streams, limit } = await ask(request)
  const values = new Set<string>()
  for (const { entry, fields } of readEntries(streams)) {
    if (values.size >= limit) break
    const metadata = entry.metadata.get(name)
    if (metadata !== undefined) values.add(metadata)
    const found = fields.get(name)
    // A size is written as LogQL's filters can read it.
    if (found !== undefined) values.add(writtenSize(found) ?? found)
  }
  const sorted = [...values].sort(compareText)
  return `${JSON.stringify(sorted.length === 0 ? {} : { limit, values: sorted })}\n`
}

const DEFAULT_LINES = 100
const DEFAULT_FIELDS = 1000

async function ask(request: QueryRequest): Promise<{ streams: readonly ResultStream[]; limit: number }> {
  const { params, now } = request
  const { start, end } = readOrderedBounds(params, now)
  const lines = readPositive(params.get('line_limit'), DEFAULT_LINES)
  const limit = readPositive(params.get('limit') || params.get('field_limit'), DEFAULT_FIELDS)
  const stepMs = readStep(params, start, end)
  const expr = parseQuery(params.get('query') ?? '')
  if (expr.kind !== 'log') throw new QueryError(400, 'only log selector is supported')
  checkEntries(lines, request.limits)
  const { result } = await runRange(request, { query: expr, start, end, stepMs, limit: lines })
  return { streams: result.type === 'streams' ? result.streams : [], limit }
}

type Parser = 'json' | 'logfmt'

interface ReadEntry {
  readonly entry: ResultEntry
  /** What the query's own stages found in the line, and then json or logfmt. */
  readonly fields: ReadonlyMap<string, string>
  readonly parser: Parser | undefined
  /** Field → where it stands in a JSON line. */
  readonly paths: ReadonlyMap<string, readonly string[]>
}

const STAGES = {
  json: createStage({ kind: 'json', expressions: [] }),
  logfmt: createStage({ kind: 'logfmt', isStrict: false, keepsEmpty: false, expressions: [] }),
} as const

function* readEntries(streams: readonly ResultStream[]): Generator<ReadEntry> {
  for (const { labels, entries } of streams) {
    for (const entry of entries) {
      const streamLabels = [...labels].filter(([name]) => !entry.metadata.has(name) && !entry.parsed.has(name))
      yield readEntry(entry, new Map(streamLabels))
    }
  }
}

function readEntry(entry: ResultEntry, labels: ReadonlyMap<string, string>): ReadEntry {
  const fields = new Map<string, string>()
  for (const [name, value] of entry.parsed) if (!ERRORS.has(name)) fields.set(name, value)
  const row = rowOf(entry.line, labels)
  for (const parser of ['json', 'logfmt'] as const) {
    row.reset()
    if (!STAGES[parser](row) || row.error !== '') continue
    row.each((name, value, category) => {
      if (category === 'parsed' && !ERRORS.has(name)) fields.set(name, value)
    })
    return { entry, fields, parser, paths: parser === 'json' ? pathsOf(entry.line, labels) : new Map() }
  }
  return { entry, fields, parser: undefined, paths: new Map() }
}

const ERRORS: ReadonlySet<string> = new Set(['__error__', '__error_details__', '__preserve_error__'])

function rowOf(line: string, labels: ReadonlyMap<string, string>): Row & { reset(): void } {
  return createRow({
    line: () => line,
    lineLength: () => Buffer.byteLength(line),
    timestamp: () => 0n,
    streamLabel: (name) => labels.get(name),
    eachStreamLabel(visit) {
      for (const [name, value] of labels) visit(name, value)
    },
    metadata: () => undefined,
    eachMetadata: () => {},
  })
}

/** Deeper members have no path. */
const MAX_DEPTH = 50

/** Where a JSON line's members stand, by the names that the json stage gives them. */
function pathsOf(line: string, labels: ReadonlyMap<string, string>): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>()
  const visit = (value: unknown, path: readonly string[]) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      if (path.length < MAX_DEPTH) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key])
      return
    }
    const name = path.map((part) => part.replace(/[^a-zA-Z0-9_]/gu, '_')).join('_')
    const sane = /^[0-9]/.test(name) ? `_${name}` : name
    paths.set(labels.has(sane) ? `${sane}_extracted` : sane, path)
  }
  try {
    visit(JSON.parse(line), [])
  } catch {
    // The json stage is laxer than JSON: such a line's fields have no path.
  }
  return paths
}
