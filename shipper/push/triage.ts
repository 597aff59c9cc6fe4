/**
 * A verdict on a piece → what became of its entries and what goes again, how. Nothing is sent again blindly, nothing is
 * dropped blindly: what the answer names is refused or mended, what it leaves open is asked in smaller parts, down to
 * single entries, for which any answer is exact.
 */
import type { BatchStream } from '../batch/batch.ts'
import { blame } from './blame.ts'
import type { Verdict } from './classify.ts'
import type { Finding, FindingKind } from './findings.ts'
import { scanLabels, streamKey } from './labels.ts'
import type { StreamMemory } from './memory.ts'
import { countEntries, halve, type Piece, pick, takeOut } from './pieces.ts'
import { type Misfit, partByWindow, restamp, stripMetadata, type Window } from './window.ts'

/** A piece on its way, and what happened to it so far. */
export interface Job {
  readonly piece: Piece
  readonly attempts: number
  /** How often its entries were changed to fit. */
  readonly mends: number
  /** The same 500 again and again, how often. */
  readonly same: { readonly text: string; readonly count: number; readonly since: number } | undefined
  /** A poison entry is among these: Loki takes others. */
  readonly isHunt: boolean
  /** This is a sample, sent to see whether Loki takes anything; the rest waits here. */
  readonly probe: { readonly rest: Piece; readonly asked: number } | undefined
}

export interface Refusal {
  readonly code: string
  readonly detail: string
  readonly stream: BatchStream
}

export interface Step {
  readonly delivered: Piece
  readonly refused: readonly Refusal[]
  /** In this order, before anything else that waits; `later`: behind it. */
  readonly again: readonly Job[]
  readonly later: readonly Job[]
  readonly restamped: number
  /** Why trying on makes no sense. */
  readonly gaveUp: string | undefined
}

export interface Triage {
  readonly window: Window
  readonly memory: StreamMemory
  readonly outOfWindow: 'clamp' | 'reject'
  /** Give up on wrong configuration after this many tries; undefined: never. */
  readonly setupTries: number | undefined
  /** Give up when nothing went through for so long; undefined: never. */
  readonly giveUpAfterMs: number | undefined
  /** When anything was last delivered, ms. */
  lastDelivered(): number
  /** When the failures in a row began, ms. */
  failingSince(): number
  now(): number
}

const NOTHING: Step = { delivered: [], refused: [], again: [], later: [], restamped: 0, gaveUp: undefined }
/** So many equal 500s make a piece suspect of holding a poison entry; fewer when one is known to be there. */
const SAME_FAILURES = 5
const SAME_FAILURES_IN_HUNT = 3
const MAX_PROBES = 3
/** A piece that is rate limited so often in a row is cut: a smaller one passes a smaller bucket. */
const RATE_TRIES = 5
const RATE_TRIES_OF_ONE = 10
/** An entry that is called too large alone is asked about again: ResourceExhausted can be a moment's. */
const TRIES_OF_ONE = 3
const MAX_MENDS = 4

export function newJob(piece: Piece, from?: Partial<Job>): Job {
  return { attempts: 0, mends: 0, same: undefined, isHunt: false, ...from, probe: undefined, piece }
}

/**
 * What goes into which request: entries that Loki is known to refuse are stamped anew first, streams that it might refuse
 * unheard go alone, the others together.
 */
export function plan(streams: Piece, triage: Triage): { jobs: Job[]; restamped: number } {
  const now = triage.now()
  let fit = streams
  let restamped = 0
  const jobs: Job[] = []
  if (triage.outOfWindow === 'clamp' && !triage.window.isOpen) {
    const parts = partByWindow(streams, triage.window, now)
    fit = parts.fit
    for (const [why, stream] of parts.misfits) {
      jobs.push(newJob([mend(stream, why, undefined, triage)], { mends: 1 }))
      restamped += stream.ends.length
    }
  }
  const suspects = fit.length < 2 ? [] : fit.filter((stream) => triage.memory.isSuspect(stream, now))
  const others = suspects.length === 0 ? fit : fit.filter((stream) => !suspects.includes(stream))
  if (others.length > 0) jobs.unshift(newJob(others))
  for (const stream of suspects) jobs.push(newJob([stream]))
  return { jobs, restamped }
}

export function triageStep(job: Job, verdict: Verdict, triage: Triage): Step {
  if (verdict.kind === 'retry') return afterFailures({ ...job, attempts: job.attempts + 1 }, verdict, triage)
  const step = afterAnswer(job, verdict, triage)
  if (job.probe === undefined || job.probe.rest.length === 0) return step
  // The sample got through or was refused for itself: Loki works, so what is stuck is stuck on an entry.
  return { ...step, again: [...step.again, ...parts(job.probe.rest, { ...job, isHunt: true, same: undefined })] }
}

function afterAnswer(job: Job, verdict: Exclude<Verdict, { kind: 'retry' }>, triage: Triage): Step {
  const isOne = countEntries(job.piece) === 1
  if (verdict.kind === 'delivered') return { ...NOTHING, delivered: job.piece }
  if (verdict.kind === 'split') {
    if (!isOne) return { ...NOTHING, again: parts(job.piece, job) }
    const attempts = job.attempts + 1
    if (attempts < TRIES_OF_ONE) return { ...NOTHING, again: [newJob(job.piece, { ...job, attempts })] }
    return refuse(job.piece, 'too_large', verdict.reason)
  }
  if (verdict.stored === 'rest') return afterFindings(job, verdict, triage)
  if (verdict.code === 'blocked') {
    if (verdict.stored === 'none' || job.piece.length === 1) return refuse(job.piece, 'blocked', verdict.reason)
    return { ...NOTHING, again: alone(job) }
  }
  return isOne ? refuse(job.piece, verdict.code, verdict.reason) : { ...NOTHING, again: parts(job.piece, job) }
}

/** A validation 400: what it names is refused, the rest is stored, unless the answer does not tell enough. */
function afterFindings(job: Job, verdict: Verdict & { kind: 'rejected' }, triage: Triage): Step {
  const { piece } = job
  const findings = verdict.findings!
  learn(piece, findings.findings, verdict.lokiNow, triage)
  const { blame: marks, isCertain } = blame(piece, findings)
  const isOne = countEntries(piece) === 1
  const refused: Refusal[] = []
  const again: Job[] = []
  const rest: BatchStream[] = []
  let restamped = 0
  piece.forEach((stream, i) => {
    // One entry alone: it is the one that was refused, whatever the text says.
    const named = isOne && marks[i]!.size === 0 ? new Map([[0, findings.findings[0]!]]) : marks[i]!
    const marked = new Map([...named].sort(([a], [b]) => a - b))
    for (const kind of new Set([...marked.values()].map((finding) => finding.kind))) {
      const ofKind = [...marked.values()].filter((finding) => finding.kind === kind)
      const part = pick(stream, (entry) => marked.get(entry)?.kind === kind)!
      const mended = job.mends < MAX_MENDS ? tryMend(part, ofKind.at(-1)!, triage) : undefined
      if (mended === undefined) refused.push(...byFinding(part, ofKind))
      else {
        again.push(newJob([mended], { mends: job.mends + 1 }))
        restamped += part.ends.length
      }
    }
    const kept = pick(stream, (entry) => !marked.has(entry))
    if (kept !== undefined) rest.push(kept)
  })
  if (isCertain && !findings.isPartial) return { ...NOTHING, delivered: rest, refused, again, restamped }
  if (rest.length === 0) return { ...NOTHING, refused, again, restamped }
  const isSmaller = countEntries(rest) < countEntries(piece)
  if (isSmaller && isCertain)
    return { ...NOTHING, refused, again: [...alone({ ...job, piece: rest }), ...again], restamped }
  const open = foreseen(rest, job, triage)
  return {
    ...NOTHING,
    refused: [...refused, ...open.refused],
    again: [...again, ...open.again],
    restamped: restamped + open.restamped,
  }
}

/** Each dead letter with what Loki said of it; `findings` are those of the stream's entries, one each, in their order. */
function byFinding(stream: BatchStream, findings: readonly Finding[]): Refusal[] {
  return [...new Set(findings)].map((finding) => ({
    code: finding.kind,
    detail: finding.text,
    stream: pick(stream, (entry) => findings[entry] === finding)!,
  }))
}

/** The answer did not tell enough of these: those surely out of the window need no asking, the others are asked in halves. */
function foreseen(piece: Piece, job: Job, triage: Triage): { refused: Refusal[]; again: Job[]; restamped: number } {
  const { fit, misfits } = partByWindow(piece, triage.window, triage.now())
  const refused: Refusal[] = []
  const again: Job[] = []
  const open = [...fit]
  let restamped = 0
  for (const [why, stream] of misfits) {
    if (triage.outOfWindow === 'clamp') {
      again.push(newJob([mend(stream, why, undefined, triage)], { mends: job.mends + 1 }))
      restamped += stream.ends.length
    } else if (why === 'too_old') refused.push({ code: why, detail: 'older than what Loki takes', stream })
    else open.push(stream)
  }
  return { refused, again: open.length > 0 ? [...parts(open, job), ...again] : again, restamped }
}

function learn(piece: Piece, findings: readonly Finding[], lokiNow: number | undefined, triage: Triage): void {
  const now = triage.now()
  for (const { kind, at, oldest, stream } of findings) {
    if (kind === 'too_old' && oldest !== undefined) triage.window.learnOldest(oldest, now)
    if (kind === 'too_new' && at !== undefined) triage.window.learnNewest(at, now, lokiNow ?? now)
    if (kind !== 'too_far_behind' || oldest === undefined) continue
    for (const { labels } of piece) {
      if (streamKey(scanLabels(labels)?.labels ?? []) === stream)
        triage.memory.learnNewest(labels, oldest + WINDOW_S, now)
    }
  }
}

const MISFITS: ReadonlySet<FindingKind> = new Set(['too_old', 'too_new', 'too_far_behind'])
/** Half of Loki's max_chunk_age. */
const WINDOW_S = 3600
/** Into the window by so much: the stream's newest moves on while this is under way. */
const BEHIND_MARGIN_S = 600

function tryMend(stream: BatchStream, finding: Finding, triage: Triage): BatchStream | undefined {
  if (finding.kind === 'metadata_disallowed') return stripMetadata(stream)
  if (!MISFITS.has(finding.kind) || triage.outOfWindow === 'reject') return undefined
  return mend(stream, finding.kind as Misfit, finding.oldest, triage)
}

function mend(
  stream: BatchStream,
  why: Misfit,
  oldest: number | undefined,
  { window, memory, now }: Triage,
): BatchStream {
  const at = now()
  const behind = (oldest ?? (memory.newest(stream.labels) ?? Math.floor(at / 1000)) - WINDOW_S) + BEHIND_MARGIN_S
  if (why === 'too_far_behind') return restamp(stream, why, behind)
  return restamp(stream, why, why === 'too_old' ? window.oldest(at) : Math.floor((at + window.skewMs) / 1000))
}

function afterFailures(job: Job, verdict: Verdict & { kind: 'retry' }, triage: Triage): Step {
  const { piece, attempts } = job
  const { setupTries = Number.POSITIVE_INFINITY, giveUpAfterMs = Number.POSITIVE_INFINITY } = triage
  const isOver = triage.now() - triage.failingSince() >= giveUpAfterMs
  if (isOver || (verdict.cause === 'setup' && attempts >= setupTries)) {
    return { ...NOTHING, later: [job], gaveUp: verdict.reason }
  }
  if (verdict.cause === 'stream' && piece.length > 1) return { ...NOTHING, again: alone(job) }
  if (verdict.cause === 'rate' || verdict.cause === 'stream') return afterRateLimit(job, verdict)
  if (verdict.suspect !== undefined) return afterSame(job, verdict.suspect, verdict.reason, triage)
  return { ...NOTHING, later: [{ ...whole(job), same: undefined }] }
}

function afterRateLimit(job: Job, verdict: Verdict & { kind: 'retry' }): Step {
  const isOne = countEntries(job.piece) === 1
  const isHopeless = verdict.isOverRate === true
  if (!isOne && (isHopeless || job.attempts >= RATE_TRIES)) return { ...NOTHING, again: parts(job.piece, job) }
  if (isOne && isHopeless && job.attempts >= RATE_TRIES_OF_ONE)
    return refuse(job.piece, 'over_rate_limit', verdict.reason)
  return { ...NOTHING, later: [job] }
}

/** The same 500 again: Loki is broken, or one entry breaks it. A sample tells which. */
function afterSame(job: Job, text: string, reason: string, triage: Triage): Step {
  const { piece, probe } = job
  if (probe !== undefined) {
    if (probe.asked < MAX_PROBES) return { ...NOTHING, again: [sample(whole(job).piece, job, probe.asked + 1)] }
    return { ...NOTHING, later: [{ ...whole(job), same: undefined }] }
  }
  const isSame = job.same?.text === text
  const same = { text, count: isSame ? job.same!.count + 1 : 1, since: isSame ? job.same!.since : triage.now() }
  // Something else was delivered since this began to fail: Loki works.
  const isHunt = job.isHunt || triage.lastDelivered() > same.since
  if (same.count < (job.isHunt ? SAME_FAILURES_IN_HUNT : SAME_FAILURES))
    return { ...NOTHING, later: [{ ...job, same }] }
  const isOne = countEntries(piece) === 1
  if (isHunt && isOne) return refuse(piece, 'bad_entry', reason)
  if (isHunt) return { ...NOTHING, again: parts(piece, { ...job, isHunt, same: undefined }) }
  if (isOne) return { ...NOTHING, later: [{ ...job, same: { ...same, count: 0 } }] }
  return { ...NOTHING, again: [sample(piece, job, 1)] }
}

/**
 * One entry to ask with: the first, the second, then one of the middle. Early ones, because what is older than a stored
 * entry by more than Loki's window is refused.
 */
function sample(piece: Piece, job: Job, asked: number): Job {
  const { one, rest } = takeOut(piece, asked === 1 ? 0 : asked === 2 ? 1 : countEntries(piece) >> 1)
  return { ...job, piece: one, same: undefined, probe: { rest, asked } }
}

function whole(job: Job): Job {
  if (job.probe === undefined) return job
  return { ...job, piece: [...job.piece, ...job.probe.rest], probe: undefined }
}

function parts(piece: Piece, job: Job): Job[] {
  const halves = countEntries(piece) < 2 ? [piece] : halve(piece)
  return halves.map((half) => newJob(half, { ...job, attempts: 0 }))
}

/** Each stream in a request of its own, where an answer is about it. */
function alone(job: Job): Job[] {
  return job.piece.map((stream) => newJob([stream], { ...job, attempts: 0 }))
}

function refuse(piece: Piece, code: string, detail: string): Step {
  return { ...NOTHING, refused: piece.map((stream) => ({ code, detail, stream })) }
}
