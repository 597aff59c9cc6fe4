/** Finds a text in a whole block at once: one native search over its bytes, not one a line. */
import type { StageExpr } from '../logql/ast.ts'
import { isNegated, plainTexts } from '../logql/stages/line.ts'
import { type Block, entryStart } from './block.ts'

export interface Needles {
  readonly texts: readonly Buffer[]
  readonly isNegated: boolean
}

/** Stages after which a line is no longer what is stored. */
const REWRITERS: ReadonlySet<StageExpr['kind']> = new Set(['line_format', 'unpack', 'decolorize'])

/**
 * The line filters that plain searching decides; `rest` are the stages still to run. A filter may run before parsers
 * and label filters in front of it, as long as none of them changes the line.
 */
export function splitNeedles(stages: readonly StageExpr[]): { needles: Needles[]; rest: StageExpr[] } {
  const needles: Needles[] = []
  const rest: StageExpr[] = []
  for (const stage of stages) {
    const texts = rest.some(({ kind }) => REWRITERS.has(kind)) ? undefined : searchedTexts(stage)
    if (texts === undefined) rest.push(stage)
    else needles.push(texts)
  }
  return { needles, rest }
}

function searchedTexts(stage: StageExpr): Needles | undefined {
  if (stage.kind !== 'line' || stage.texts.some(({ isIp }) => isIp)) return undefined
  const texts = plainTexts(
    stage.op,
    stage.texts.map(({ text }) => text),
  )
  if (texts === undefined || texts.includes('')) return undefined
  return { texts: texts.map((text) => Buffer.from(text)), isNegated: isNegated(stage.op) }
}

/** 1 for each of the block's first `count` entries that pass; undefined when there is nothing to look for. */
export function searchBlock(block: Block, count: number, needles: readonly Needles[]): Uint8Array | undefined {
  if (needles.length === 0) return undefined
  let passed: Uint8Array | undefined
  for (const { texts, isNegated: negated } of needles) {
    const hits = new Uint8Array(count)
    for (const text of texts) mark(hits, findText(block, count, text))
    for (let i = 0; i < count; i++) {
      const own = negated ? 1 - hits[i]! : hits[i]!
      hits[i] = passed === undefined ? own : passed[i]! & own
    }
    passed = hits
  }
  return passed
}

function mark(hits: Uint8Array, { bits }: Found): void {
  if (bits === undefined) return
  for (let i = 0; i < hits.length; i++) hits[i]! |= (bits[i >>> 3]! >>> (i & 7)) & 1
}

/** Which of a block's first `count` entries hold a text, a bit each; undefined for none. */
interface Found {
  readonly count: number
  readonly bits: Uint8Array | undefined
}

/** What was looked for last in a block, oldest first: dashboards ask for the same texts again and again. */
const known = new WeakMap<Block, Map<string, Found>>()
/** Texts kept a block: sixteen bits an entry at most, a few per cent of what it holds. */
const MOST_TEXTS = 16

function findText(block: Block, count: number, text: Buffer): Found {
  let texts = known.get(block)
  if (texts === undefined) known.set(block, (texts = new Map()))
  const key = text.toString('latin1')
  const before = texts.get(key)
  const found = before?.count === count ? before : search(block, count, text)
  texts.delete(key)
  texts.set(key, found)
  if (texts.size > MOST_TEXTS) texts.delete(texts.keys().next().value!)
  return found
}

function search(block: Block, count: number, text: Buffer): Found {
  const { bytes, ends } = block
  const stop = ends[2 * count - 1] ?? 0
  let bits: Uint8Array | undefined
  let at = bytes.indexOf(text)
  while (at >= 0 && at + text.length <= stop) {
    const index = entryAt(ends, count, at)
    const isInLine = at + text.length <= ends[2 * index]! && at >= entryStart(block, index)
    if (isInLine) {
      bits ??= new Uint8Array((count + 7) >>> 3)
      bits[index >>> 3]! |= 1 << (index & 7)
    }
    // On to the next entry after a hit; a hit in metadata, or over an end, leads nowhere.
    at = bytes.indexOf(text, isInLine ? ends[2 * index + 1]! : at + 1)
  }
  return { count, bits }
}

/** The entry that the byte at `at` belongs to. */
function entryAt(ends: Uint32Array, count: number, at: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ends[2 * middle + 1]! <= at) low = middle + 1
    else high = middle
  }
  return low
}
