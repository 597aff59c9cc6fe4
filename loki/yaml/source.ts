/** YAML with its places: a document whose nodes know their line, and the list of what is wrong with it. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/** What is wrong, and where. Lines and columns count from 1. */
export interface Problem {
  readonly line: number
  readonly column: number
  /** `tests[0].input_streams[1].stream`; '' for the whole file. */
  readonly path: string
  readonly message: string
}

/** A value in the document. */
export interface Place {
  readonly source: YamlSource
  readonly path: string
  /** null for a key without a value. */
  readonly node: Node | null
  readonly line: number
  readonly column: number
}

export interface YamlSource {
  readonly problems: Problem[]
  /** Undefined when the text is no YAML: `problems` says why. */
  readonly root: Place | undefined
}

/** Aliases may be nested to unfold without end; no file of rules or tests has so many values. */
const MAX_VALUES = 200_000
const MAX_DEPTH = 64
const TOO_MUCH = `unfolds to more than ${MAX_VALUES} values, or is nested too deep`

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const problems: Problem[] = document.errors.slice(0, 1).map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return { line, column: col, path: '', message: error.message }
  })
  if (problems.length > 0) return { problems, root: undefined }
  const source: Internals = { problems, root: undefined, lines, document, values: 0 }
  source.root = placeOf(source, document.contents, '', 1, 1)
  return source
}

interface Internals extends YamlSource {
  root: Place | undefined
  readonly lines: LineCounter
  readonly document: Document
  values: number
}

function placeOf(source: YamlSource, node: Node | null, path: string, line: number, column: number): Place {
  const internals = source as Internals
  if (++internals.values > MAX_VALUES || path.split('.').length > MAX_DEPTH) {
    if (internals.values !== Number.POSITIVE_INFINITY)
      source.problems.push({ line, column, path: path.slice(0, 60), message: TOO_MUCH })
    internals.values = Number.POSITIVE_INFINITY
    return { source, path, node: null, line, column }
  }
  const offset = node?.range?.[0]
  const at = offset === undefined ? { line, col: column } : internals.lines.linePos(offset)
  const resolved = isAlias(node) ? (node.resolve(internals.document) as Node | undefined) : node
  return { source, path, node: resolved ?? null, line: at.line, column: at.col }
}

export function report(place: Place, message: string): undefined {
  const { source, line, column, path } = place
  source.problems.push({ line, column, path, message })
}

export interface Entry {
  readonly key: string
  /** Where the key stands. */
  readonly at: Place
  readonly value: Place
}

/** The entries of a mapping, merge keys (`<<`) unfolded; undefined when it is none. */
export function entriesOf(place: Place): Entry[] | undefined {
  if (!isMap(place.node)) return undefined
  const entries = new Map<string, Entry>()
  const merged: Place[] = []
  for (const { key, value } of (place.node as YAMLMap<Node, Node | null>).items as Pair<Node, Node | null>[]) {
    const name = isScalar(key) ? scalarText(key) : String(key)
    const path = place.path === '' ? name : `${place.path}.${name}`
    const keyPlace = placeOf(place.source, key, path, place.line, place.column)
    const held = placeOf(place.source, value, path, keyPlace.line, keyPlace.column)
    if (name === '<<') merged.push(held)
    else entries.set(name, { key: name, at: keyPlace, value: held })
  }
  for (const from of merged) {
    for (const one of isSeq(from.node) ? (itemsOf(from) ?? []) : [from]) {
      for (const entry of entriesOf(one) ?? []) if (!entries.has(entry.key)) entries.set(entry.key, entry)
    }
  }
  return [...entries.values()]
}

/** The items of a list; undefined when it is none. */
export function itemsOf(place: Place): Place[] | undefined {
  if (!isSeq(place.node)) return undefined
  return ((place.node as YAMLSeq<Node | null>).items as (Node | null)[]).map((item, index) =>
    placeOf(place.source, item, `${place.path}[${index}]`, place.line, place.column),
  )
}

/** A scalar as it was written, quotes taken off; undefined when it is none. */
export function textOf(place: Place): string | undefined {
  if (place.node === null) return ''
  return isScalar(place.node) ? scalarText(place.node) : undefined
}

/** What YAML took a scalar for. */
export function scalarOf(place: Place): unknown {
  return isScalar(place.node) ? place.node.value : undefined
}

export function isEmpty(place: Place): boolean {
  return place.node === null || (isScalar(place.node) && place.node.value === null)
}

function scalarText(scalar: Scalar): string {
  if (typeof scalar.value === 'string') return scalar.value
  if (scalar.value === null) return ''
  return scalar.source ?? String(scalar.value)
}

/** What stands there, for messages. */
export function shown(place: Place): string {
  if (isMap(place.node)) return 'a mapping'
  if (isSeq(place.node)) return 'a list'
  const text = textOf(place) ?? ''
  return text === '' ? 'nothing' : JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
}
