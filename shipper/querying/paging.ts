/**
 * Log queries of any size in questions that a Loki answers. The next page begins at the last entry's own time, not behind
 * it: more entries may have that time. Those that were given already are counted and left out, so that none is lost or
 * doubled.
 */
import { type Answer, type Entry, labelsKey } from './answer.ts'
import { type Loki, RefusedQuery } from './loki.ts'
import { type Range, timeText } from './times.ts'

export interface LogQuestion {
  readonly query: string
  readonly range: Range
  readonly isForward: boolean
  /** Entries at most; 0 for all. */
  readonly limit: number
  /** False where nothing of the labels is shown. */
  readonly hasLabels?: boolean
  /** Entries in one question; undefined: what the Loki takes. */
  readonly batch?: number | undefined
}

/** Some entries, in the direction asked for. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  /** The limit ended it: there may be more. */
  readonly isCut: boolean
}

/** What was asked for one page, and answered. */
export interface Asked {
  readonly answer: Answer
  /** Entries that were asked for in the end. */
  readonly limit: number
  /** The Loki allows no more than that. */
  readonly isReduced: boolean
}

/** A question that no Loki will take. */
const MAX_BATCH = 1_000_000

/** Pages in the direction asked for. `first`: the answer to the first question, when it was asked already. */
export async function* pages(loki: Loki, question: LogQuestion, first?: Asked): AsyncGenerator<Page> {
  const isOne = first !== undefined && (first.answer.kind !== 'streams' || first.answer.entries.length < first.limit)
  if (loki.whole === undefined || isOne || isFew(question, loki)) yield* pagesByTime(loki, question, first)
  else yield* pagesBySlice(loki.whole, question)
}

function isFew({ limit }: LogQuestion, { batch }: Loki): boolean {
  return limit !== 0 && limit <= batch
}

/** Where the parts of the time are known: each is asked for once, as a whole. */
async function* pagesBySlice(
  whole: NonNullable<Loki['whole']>,
  { query, range, limit, isForward, hasLabels = true }: LogQuestion,
): AsyncGenerator<Page> {
  let left = limit === 0 ? Number.POSITIVE_INFINITY : limit
  const slices = whole.slices(range)
  for (const slice of isForward ? slices : [...slices].reverse()) {
    const entries = (await whole.entries(query, slice, isForward, hasLabels)).slice(0, left)
    left -= entries.length
    yield { entries, warnings: [], isCut: left <= 0 }
    if (left <= 0) return
  }
}

async function* pagesByTime(loki: Loki, question: LogQuestion, first: Asked | undefined): AsyncGenerator<Page> {
  const limit = question.limit === 0 ? Number.POSITIVE_INFINITY : question.limit
  let range = question.range
  let size = firstBatch(loki, question)
  let given = 0
  /** Entries of the time at which the page begins that were given already. */
  let before = NONE
  let asked = first
  while (range.start < range.end) {
    asked ??= await askPage(loki, question, range, Math.min(size, limit - given + sum(before.values())))
    const { isReduced } = asked
    const page = pageOf(asked.answer)
    const entries = withoutGiven(page.entries, before).slice(0, limit - given)
    given += entries.length
    const isFull = page.entries.length >= asked.limit
    yield { ...page, entries, isCut: isFull && given >= limit }
    if (!isFull || given >= limit) return
    if (isReduced) size = asked.limit
    const edge = page.entries.at(-1)!.time
    before = countAt(page.entries, edge)
    if (entries.length === 0) {
      // All of the page has one time, and was given already: more entries have that time than were asked for.
      if (!isReduced && size < MAX_BATCH) size *= 2
      else {
        yield { entries: [], warnings: [tooMany(size, edge)], isCut: false }
        before = NONE
      }
    }
    range = rest(range, edge, question.isForward, before === NONE)
    asked = undefined
  }
}

const NONE: ReadonlyMap<string, number> = new Map()

function tooMany(size: number, time: bigint): string {
  return `more than ${size} entries have the time ${timeText(time)}, and this Loki gives no more at once: the others are left out`
}

/** What is left of the range behind a page whose last entry has the time `edge`. */
function rest({ start, end }: Range, edge: bigint, isForward: boolean, isPast: boolean): Range {
  if (isForward) return { start: isPast ? edge + 1n : edge, end }
  return { start, end: isPast ? edge : edge + 1n }
}

export function firstBatch(loki: Loki, { limit, batch }: Pick<LogQuestion, 'limit' | 'batch'>): number {
  const most = batch ?? loki.batch
  return limit === 0 ? most : Math.min(most, limit)
}

/** Asks for one page. A Loki that allows fewer entries says how many: then so many are asked for. */
export async function askPage(
  loki: Loki,
  question: LogQuestion,
  { start, end }: Range,
  limit: number,
  stepMs?: number,
): Promise<Asked> {
  const { query, isForward } = question
  try {
    const answer = await loki.range({ query, start, end, limit, isForward, stepMs })
    return { answer, limit, isReduced: false }
  } catch (error) {
    const allowed = error instanceof RefusedQuery ? allowedLimit(error.message, limit) : undefined
    if (allowed === undefined) throw error
    return { ...(await askPage(loki, question, { start, end }, allowed, stepMs)), isReduced: true }
  }
}

function pageOf(answer: Answer): Page {
  return { entries: answer.kind === 'streams' ? answer.entries : [], warnings: answer.warnings, isCut: false }
}

/** max entries limit per query exceeded, limit > max_entries_limit_per_query (10000 > 5000) */
function allowedLimit(message: string, asked: number): number | undefined {
  const match = /max_entries_limit(?:_per_query)? \((\d{1,9}) > (\d{1,9})\)/.exec(message)
  const allowed = match === null ? Number.NaN : Number(match[2])
  return allowed > 0 && allowed < asked ? allowed : undefined
}

function withoutGiven(entries: readonly Entry[], given: ReadonlyMap<string, number>): readonly Entry[] {
  if (given.size === 0) return entries
  const left = new Map(given)
  return entries.filter((entry) => {
    const identity = identityOf(entry)
    const count = left.get(identity) ?? 0
    if (count === 0) return true
    left.set(identity, count - 1)
    return false
  })
}

function countAt(entries: readonly Entry[], time: bigint): Map<string, number> {
  const counts = new Map<string, number>()
  for (let at = entries.length - 1; at >= 0 && entries[at]!.time === time; at--) {
    const identity = identityOf(entries[at]!)
    counts.set(identity, (counts.get(identity) ?? 0) + 1)
  }
  return counts
}

function identityOf({ time, labels, line }: Entry): string {
  return `${time}\u0003${labelsKey(labels)}\u0003${line}`
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
