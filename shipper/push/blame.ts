/**
 * Loki's findings → which entries it refused, exactly. A finding names a stream and a second (or a size) and a count:
 * of the entries of that second the oldest are the too old ones, so the count tells even within a second. Where text
 * and entries do not match, nothing is guessed: the answer is then `isCertain: false` and the caller asks in parts.
 */
import type { BatchStream } from '../batch/batch.ts'
import { compareInstants, type Instant } from '../terms/instant.ts'
import { readEntry } from './entry.ts'
import type { Finding, FindingKind, Findings } from './findings.ts'
import { scanLabels, streamKey } from './labels.ts'
import { type Piece, startOf } from './pieces.ts'

/** The finding that an entry was refused for, by entry number, one map a stream of the piece. */
export type Blame = readonly Map<number, Finding>[]

export interface Blamed {
  readonly blame: Blame
  /** Every finding was matched to just as many entries as it counts. */
  readonly isCertain: boolean
}

export function blame(piece: Piece, { findings, isComplete }: Findings): Blamed {
  const accused = piece.map((stream) => ({ stream, key: undefined as string | undefined, facts: [] as Fact[] }))
  const marks = piece.map(() => new Map<number, Finding>())
  let isCertain = isComplete
  const ordered = [...findings].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  for (const finding of ordered) {
    const open: Fact[] = []
    let streams = 0
    accused.forEach((entry, i) => {
      entry.key ??= streamKey(scanLabels(entry.stream.labels)?.labels ?? [])
      if (entry.key !== finding.stream) return
      streams++
      if (entry.facts.length === 0) entry.facts = factsOf(entry.stream, i)
      for (const fact of entry.facts) if (!marks[i]!.has(fact.entry)) open.push(fact)
    })
    const guilty = MATCH[finding.kind](open, finding, streams)
    if (guilty === undefined) isCertain = false
    for (const fact of guilty ?? []) marks[fact.stream]!.set(fact.entry, finding)
  }
  return { blame: marks, isCertain }
}

/** What validation looks at in one entry. */
interface Fact {
  readonly stream: number
  readonly entry: number
  readonly time: Instant
  readonly lineBytes: number
  readonly metadataBytes: number
  readonly metadataCount: number
}

/** Loki's own order of checks: an entry that is too old is not looked at for its length. */
const ORDER: readonly FindingKind[] = [
  'bad_labels',
  'too_old',
  'too_new',
  'line_too_long',
  'metadata_disallowed',
  'metadata_too_large',
  'metadata_too_many',
  'too_far_behind',
]

type Match = (open: Fact[], finding: Finding, streams: number) => Fact[] | undefined

const byTime = (a: Fact, b: Fact) => compareInstants(a.time, b.time)
const exactly = (facts: Fact[], count: number) => (facts.length === count ? facts : undefined)
const oldest = (facts: Fact[], count: number) => (facts.length < count ? undefined : facts.sort(byTime).slice(0, count))

const MATCH: Readonly<Record<FindingKind, Match>> = {
  bad_labels: (open, { count }, streams) => (streams === count ? open : undefined),
  too_old: (open, finding) => {
    const ofSecond = open.filter(({ time }) => time.seconds === finding.at)
    // Only in the cutoff's own second can some be refused and others not.
    return finding.at === finding.oldest ? oldest(ofSecond, finding.count) : exactly(ofSecond, finding.count)
  },
  too_new: (open, finding) => {
    const ofSecond = open.filter(({ time }) => time.seconds === finding.at).sort(byTime)
    return ofSecond.length < finding.count ? undefined : ofSecond.slice(ofSecond.length - finding.count)
  },
  line_too_long: (open, { size, count }) =>
    exactly(
      open.filter(({ lineBytes }) => lineBytes === size),
      count,
    ),
  metadata_disallowed: (open, { count }) =>
    exactly(
      open.filter(({ metadataCount }) => metadataCount > 0),
      count,
    ),
  metadata_too_large: (open, { size, count }) =>
    exactly(
      open.filter(({ metadataBytes }) => metadataBytes === size),
      count,
    ),
  metadata_too_many: (open, { size, count }) =>
    exactly(
      open.filter(({ metadataCount }) => metadataCount === size),
      count,
    ),
  // Entries ascend, so those behind the window are the stream's oldest.
  too_far_behind: (open, { count }) => oldest(open, count),
}

function factsOf(stream: BatchStream, index: number): Fact[] {
  const facts: Fact[] = []
  for (let entry = 0; entry < stream.ends.length; entry++) {
    const { time, line, metadata } = readEntry(stream.bytes, startOf(stream, entry), stream.ends[entry]!)
    let metadataBytes = 0
    for (const [name, value] of metadata) metadataBytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    const metadataCount = metadata.length
    facts.push({ stream: index, entry, time, lineBytes: line.length, metadataBytes, metadataCount })
  }
  return facts
}
