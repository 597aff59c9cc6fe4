/**
 * What Loki says it refused, from the text of a 400. Two forms:
 * the distributor's, grouped by text: "3 errors like: entry for stream '{…}' has timestamp too old: …; max entry size …"
 * (all of them, each naming stream and second), and the ingester's, which speaks for one stream only:
 * "entry with timestamp … ignored, reason: '…',\n… total ignored: 37 out of 120 for stream: {…}" (at most ten by name).
 * Labels are log content and may hold anything, so the text is walked, never split.
 */
import { scanLabels, streamKey } from './labels.ts'

export type FindingKind =
  | 'too_old'
  | 'too_new'
  | 'too_far_behind'
  | 'line_too_long'
  | 'metadata_too_large'
  | 'metadata_too_many'
  | 'metadata_disallowed'
  | 'bad_labels'

export interface Finding {
  readonly kind: FindingKind
  /** How many entries (bad_labels: streams) this stands for. */
  readonly count: number
  /** streamKey of its stream; undefined when the text does not name one. */
  readonly stream: string | undefined
  /** The entry's time in whole seconds, of too_old and too_new. */
  readonly at: number | undefined
  /** Oldest time that was acceptable, whole seconds, rounded down. */
  readonly oldest: number | undefined
  /** The refused size (line bytes, metadata bytes or count) and the limit. */
  readonly size: number | undefined
  readonly limit: number | undefined
  readonly text: string
}

export interface Findings {
  readonly findings: readonly Finding[]
  /** The whole text was understood: what is not named was not refused. */
  readonly isComplete: boolean
  /** The ingester's form: it hides what other streams, and the distributor, refused. */
  readonly isPartial: boolean
}

export function parseFindings(body: string, isCut = false): Findings {
  const text = body.trimEnd()
  const behind = parseIngester(text)
  if (behind !== undefined) return { findings: [behind], isComplete: !isCut, isPartial: true }
  const findings: Finding[] = []
  let isComplete = !isCut
  for (let at = 0; at < text.length; ) {
    const grouped = sticky(GROUP, text, at)
    const from = grouped === undefined ? at : at + grouped[0].length
    const read = readFinding(text, from, Number(grouped?.[1] ?? 1))
    if (read !== undefined) findings.push(read.finding)
    const end = read?.end ?? from
    const next = nextMessage(text, end)
    // Text that is left before the next message was not understood.
    if (end !== text.length && next !== end + SEPARATOR.length) isComplete = false
    at = next
  }
  return { findings, isComplete, isPartial: false }
}

const GROUP = /(\d{1,9}) errors like: /y
const SEPARATOR = '; '

interface Form {
  readonly kind: FindingKind
  /** Before the label text, and behind it. Sticky, with named groups. */
  readonly head: RegExp
  readonly tail: RegExp
}

const FORMS: readonly Form[] = [
  {
    kind: 'too_old',
    head: /entry for stream '/y,
    tail: /' has timestamp too old: (?<at>[^,;]{10,60}), oldest acceptable timestamp is: (?<oldest>[0-9T:.Z+-]{10,40})/y,
  },
  { kind: 'too_old', head: /entry for stream '/y, tail: /' has timestamp too old: (?<at>[^,;]{10,60})/y },
  { kind: 'too_new', head: /entry for stream '/y, tail: /' has timestamp too new: (?<at>[^,;]{10,60})/y },
  {
    kind: 'line_too_long',
    head: /max entry size '(?<limit>\d{1,12})' bytes exceeded for stream '/iy,
    tail: /' while adding an entry with length '(?<size>\d{1,12})' bytes/y,
  },
  {
    kind: 'metadata_too_large',
    head: /stream '/y,
    tail: /' has structured metadata too large: '(?<size>\d{1,12})' bytes, limit: '(?<limit>\d{1,12})' bytes\.[^;]{0,200}?increase it/y,
  },
  {
    kind: 'metadata_too_many',
    head: /stream '/y,
    tail: /' has too many structured metadata labels: '(?<size>\d{1,12})', limit: '(?<limit>\d{1,12})'\.[^;]{0,200}?increase it/y,
  },
  {
    kind: 'metadata_disallowed',
    head: /stream '/y,
    tail: /' includes structured metadata, but this feature is disallowed\.[^;]{0,200}?enable it/y,
  },
  { kind: 'bad_labels', head: /entry for stream '/y, tail: /' has \d{1,9} label names; limit \d{1,9}/y },
  {
    kind: 'bad_labels',
    head: /stream '/y,
    tail: /' has (?<quotes>label name too long|label value too long|duplicate label name): '/y,
  },
  {
    kind: 'bad_labels',
    head: /missing required labels '[^']{0,2000}' for user '[^']{0,200}' for stream '/y,
    tail: /' \(policy: '[^']{0,200}'\)/y,
  },
]

const EMPTY_LABELS = /error at least one label pair is required per stream/y
const STARTS =
  /; (?=\d{1,9} errors like: |entry for stream '|max entry size '|stream '|missing required labels '|error at least)/gi

function readFinding(text: string, at: number, count: number): { finding: Finding; end: number } | undefined {
  const empty = sticky(EMPTY_LABELS, text, at)
  if (empty !== undefined)
    return { finding: finding('bad_labels', count, streamKey([]), {}, empty[0]), end: at + empty[0].length }
  for (const form of FORMS) {
    const head = sticky(form.head, text, at)
    if (head === undefined) continue
    const scanned = scanLabels(text, at + head[0].length)
    if (scanned === undefined) continue
    const tail = sticky(form.tail, text, scanned.end)
    if (tail === undefined) continue
    let end = scanned.end + tail[0].length
    if (tail.groups?.['quotes'] !== undefined) {
      // What is quoted behind it is one of the labels' own texts: known, so it need not be guessed where it ends.
      const quoted = scanned.labels.flat().find((word) => text.startsWith(`${word}'`, end))
      if (quoted === undefined) return undefined
      end += quoted.length + 1
    }
    const groups = { ...head.groups, ...tail.groups }
    return { finding: finding(form.kind, count, streamKey(scanned.labels), groups, text.slice(at, end)), end }
  }
  return undefined
}

/** Where the next message starts: behind a separator that a known beginning follows; the text's end otherwise. */
function nextMessage(text: string, at: number): number {
  STARTS.lastIndex = at
  const found = STARTS.exec(text)
  return found === null ? text.length : found.index + SEPARATOR.length
}

const INGESTER = /^(?:rpc error: code = Code\(\d{3}\) desc = )?entry with timestamp /
const IGNORED = /reason: '?(?:entry too far behind|entry out of order)/
const OF_STREAM = 'for stream: '
const BEHIND_OLDEST = /oldest acceptable timestamp is: ([0-9T:.Z+-]{10,40})/g
const TOTAL = /total ignored: (\d{1,9}) out of \d{1,9}/

function parseIngester(text: string): Finding | undefined {
  if (!INGESTER.test(text) || !IGNORED.test(text)) return undefined
  const total = TOTAL.exec(text)
  if (total === null) return undefined
  // Before 3.0 the stream stood behind each entry, since then behind the total.
  const behindTotal = text.indexOf(OF_STREAM, total.index)
  const named = behindTotal < 0 ? text.indexOf(OF_STREAM) : behindTotal
  const labels = named < 0 ? undefined : scanLabels(text, named + OF_STREAM.length)?.labels
  // The cutoff moves with the entries; the last one named is the nearest to what holds now.
  const oldest = [...text.matchAll(BEHIND_OLDEST)].at(-1)?.[1]
  const stream = labels === undefined ? undefined : streamKey(labels)
  return finding('too_far_behind', Number(total[1]), stream, { oldest }, text.slice(0, 500))
}

function finding(
  kind: FindingKind,
  count: number,
  stream: string | undefined,
  groups: Record<string, string | undefined>,
  text: string,
): Finding {
  const { at, oldest, size, limit } = groups
  return {
    kind,
    count,
    stream,
    at: at === undefined ? undefined : seconds(at),
    oldest: oldest === undefined ? undefined : seconds(oldest),
    size: size === undefined ? undefined : Number(size),
    limit: limit === undefined ? undefined : Number(limit),
    text: text.slice(0, 1000),
  }
}

/** RFC 3339, or Go's own form "2026-05-05 12:30:11.5 +0000 UTC" of Lokis before 2.5. Rounded down. */
function seconds(time: string): number | undefined {
  const go = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,9})? ([+-]\d\d)(\d\d)/.exec(time)
  const ms = Date.parse(go === null ? time : `${go[1]}T${go[2]}${go[4]}:${go[5]}`)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
