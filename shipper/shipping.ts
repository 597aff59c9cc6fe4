/** A pipeline's run as people see it: signals, progress, its own log lines and metrics, and the balance at the end. */
import type { AssembleOptions, Assembly } from './assemble.ts'
import type { Config } from './config.ts'
import { type Exporter, startExporter } from './exporter.ts'
import type { Lookout } from './lookout.ts'
import { lookoutMetrics } from './lookout-metrics.ts'
import type { PushEvent } from './push/deliver.ts'
import { createReport, REPORT_MS } from './report.ts'
import { createTelemetry, type Log, type Telemetry } from './telemetry.ts'

export interface ShippingOptions {
  readonly config: Config
  readonly once: boolean
  readonly positions: string | undefined
  readonly log: Log
  /** A line on stderr that says how far it is, on a terminal only. */
  readonly showProgress: boolean
  readonly assemble: (options: AssembleOptions) => Assembly
  /** Rules and patterns beside the flow: its counts are told with the others. Whoever opened it closes it. */
  readonly lookout?: Lookout | undefined
  /** Stops it, besides SIGINT and SIGTERM. */
  readonly stop?: AbortSignal
}

export interface Summary {
  readonly files: number
  readonly lines: number
  readonly empty_lines: number
  readonly formats: Readonly<Record<string, number>>
  readonly read: number
  readonly delivered: number
  readonly rejected: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly pending: number
  readonly truncated: number
  readonly redacted: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  /** Why shipping ended before everything was delivered. */
  readonly gave_up?: string
}

export interface ShippingResult {
  readonly summary: Summary
  /** The summary for people. */
  readonly text: string
}

/** Runs until the files end (once), a signal comes, or Loki is given up. */
export async function runShipping(options: ShippingOptions): Promise<ShippingResult> {
  const { config, once, log } = options
  const stop = new AbortController()
  const deadline = new AbortController()
  const telemetry = createTelemetry()
  const { lookout } = options
  if (lookout !== undefined) telemetry.more = () => lookoutMetrics(lookout)
  const problems: string[] = []
  const assembly = options.assemble({
    config,
    once,
    positions: options.positions,
    events: lookout?.events,
    scanner: lookout?.scanner,
    patterns: lookout?.patterns,
    onPush: watcher(
      telemetry,
      log,
      config.push.retry.give_up_after_ms ?? (once ? ONCE_GIVE_UP_MS : undefined),
      deadline,
    ),
    onProblem(path, message) {
      telemetry.problems('source').value++
      if (problems.length < MAX_PROBLEMS) problems.push(`${path}: ${message}`)
      log.warn(message, { path })
    },
  })
  const release = stopOnSignals(stop, deadline, config.shutdown_deadline_ms)
  options.stop?.addEventListener('abort', () => stop.abort(), { once: true })
  if (options.stop?.aborted) stop.abort()
  const { listen } = config.telemetry
  const exporter = once || listen === undefined ? undefined : await openExporter(listen, telemetry, assembly, log)
  const reporting = once ? undefined : startReports(telemetry, assembly, log)
  const progress = options.showProgress ? showProgress(assembly) : undefined
  try {
    await assembly.pipeline.run(stop.signal, deadline.signal)
  } finally {
    progress?.stop()
    reporting?.stop()
    release()
    await exporter?.close()
    await assembly.close()
  }
  const summary = summarize(assembly, problems)
  return { summary, text: describe(summary) }
}

/** Reading once ends: a Loki that never answers is given up, and what is pending is said. Following waits for ever. */
const ONCE_GIVE_UP_MS = 5 * 60_000

const MAX_PROBLEMS = 100

/** Loki's trouble is told when it begins, and then every so often: one that is away for hours must not fill our own log. */
const TELL_AGAIN_MS = 10_000

/** What the destination reports → counters, log lines, and giving up when that is configured. */
function watcher(
  telemetry: Telemetry,
  log: Log,
  giveUpMs: number | undefined,
  deadline: AbortController,
): (event: PushEvent) => void {
  let failingSince: number | undefined
  let toldAt = 0
  const failing = ({ reason, attempt, waitMs }: Extract<PushEvent, { kind: 'failing' }>) => {
    telemetry.retries.value++
    const now = Date.now()
    failingSince ??= now
    if (now - toldAt >= TELL_AGAIN_MS) {
      toldAt = now
      log.warn('Loki does not take a batch, trying again', { reason, attempt, wait_ms: Math.round(waitMs) })
    }
    if (giveUpMs !== undefined && now - failingSince > giveUpMs) deadline.abort()
  }
  return (event) => {
    switch (event.kind) {
      case 'sent':
        telemetry.batches.value++
        telemetry.pushedBytes.value += event.bytes
        telemetry.batchLatency.observe(event.tookMs / 1000)
        if (event.verdict !== 'retry') failingSince = undefined
        return
      case 'failing':
        return failing(event)
      case 'recovered':
        toldAt = 0
        return log.info('Loki takes batches again', { attempts: event.attempts, down_ms: event.downMs })
      case 'rejected':
        return log.error('Loki refused entries for good', {
          reason: event.reason,
          entries: event.entries,
          detail: event.detail,
        })
      case 'restamped':
        return log.debug('entries outside of what Loki takes were stamped anew', { entries: event.entries })
      case 'dead_letters_failing':
        return log.error('dead letters cannot be written', { detail: event.message })
    }
  }
}

/** npm hands a Ctrl-C on that the terminal has sent to its child as well: two signals, one wish. */
const SAME_SIGNAL_MS = 500

/** The first signal ends reading and sends what was read; a second one, or the deadline, ends that too. */
function stopOnSignals(stop: AbortController, deadline: AbortController, deadlineMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  let first: number | undefined
  const onSignal = () => {
    const now = Date.now()
    if (first !== undefined && now - first > SAME_SIGNAL_MS) deadline.abort()
    first ??= now
    stop.abort()
  }
  stop.signal.addEventListener('abort', () => {
    timer = setTimeout(() => deadline.abort(), deadlineMs)
  })
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    clearTimeout(timer)
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function openExporter(
  listen: { host: string; port: number },
  telemetry: Telemetry,
  assembly: Assembly,
  log: Log,
): Promise<Exporter | undefined> {
  try {
    return await startExporter(listen, () => {
      refresh(telemetry, assembly)
      return telemetry.renderMetrics()
    })
  } catch (error) {
    log.warn('metrics are not served', { detail: (error as Error).message })
    return undefined
  }
}

/** Brings the counters up to what the pipeline has counted. */
function refresh(telemetry: Telemetry, { pipeline, redactor, inputs }: Assembly): void {
  const { balance } = telemetry
  balance.read = pipeline.read
  balance.delivered = pipeline.counts.delivered
  for (const [reason, count] of pipeline.counts.rejected) balance.rejected.set(reason, count)
  for (const [reason, count] of pipeline.dropped) balance.dropped.set(reason, count)
  for (const [name, count] of inputs?.received ?? []) telemetry.received(name).value = count
  for (const [reason, count] of inputs?.refused ?? []) telemetry.refused(reason).value = count
  telemetry.spoolBytes.value = inputs?.spoolBytes ?? 0
  telemetry.records.value = pipeline.read
  telemetry.readLines.value = pipeline.lines
  telemetry.oldestUnacknowledged.value = pipeline.oldestPendingMs / 1000
  for (const [format, count] of pipeline.formats) telemetry.linesByFormat(format).value = count
  telemetry.redacted = () => redactor.counts
}

/** Once a minute, and when shipping ends. */
function startReports(telemetry: Telemetry, assembly: Assembly, log: Log): { stop(): void } {
  const report = createReport(telemetry, log)
  const reportNow = () => {
    refresh(telemetry, assembly)
    report()
  }
  const timer = setInterval(reportNow, REPORT_MS)
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      reportNow()
    },
  }
}

const PROGRESS_MS = 500

function showProgress({ pipeline }: Assembly): { stop(): void } | undefined {
  const { stderr } = process
  if (!stderr.isTTY) return undefined
  const started = Date.now()
  const draw = () => {
    const seconds = (Date.now() - started) / 1000
    const { delivered, files } = pipeline.counts
    const rate = Math.round(delivered / Math.max(seconds, 0.001))
    stderr.write(
      `\r\x1b[K${files} files, ${delivered.toLocaleString('en')} records delivered, ${rate.toLocaleString('en')}/s`,
    )
  }
  const timer = setInterval(draw, PROGRESS_MS)
  return {
    stop() {
      clearInterval(timer)
      stderr.write('\r\x1b[K')
    },
  }
}

export function summarize({ pipeline, redactor, builder }: Assembly, problems: readonly string[]): Summary {
  const { counts } = pipeline
  return {
    files: counts.files,
    lines: pipeline.lines,
    empty_lines: pipeline.emptyLines,
    formats: Object.fromEntries([...pipeline.formats].sort((a, b) => b[1] - a[1])),
    read: pipeline.read,
    delivered: counts.delivered,
    rejected: Object.fromEntries(counts.rejected),
    dropped: Object.fromEntries(pipeline.dropped),
    pending: pipeline.pending,
    truncated: builder.truncated + pipeline.truncatedLines,
    redacted: Object.fromEntries([...redactor.counts].filter(([, count]) => count > 0)),
    problems,
    ...(pipeline.gaveUp === undefined ? {} : { gave_up: pipeline.gaveUp }),
  }
}

function describe(summary: Summary): string {
  const { files, lines, empty_lines, read, delivered, rejected, dropped, pending, formats, truncated, redacted } =
    summary
  const reasons = (counts: Readonly<Record<string, number>>) => {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const parts = Object.entries(counts).map(([reason, count]) => `${reason} ${count}`)
    return parts.length === 0 ? `${total}` : `${total} (${parts.join(', ')})`
  }
  const rows = [
    `files    ${files}, ${lines} lines${empty_lines > 0 ? `, ${empty_lines} of them empty` : ''}`,
    `formats  ${
      Object.entries(formats)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none'
    }`,
    `balance  read ${read} = delivered ${delivered} + rejected ${reasons(rejected)} + dropped ${reasons(dropped)}${pending > 0 ? ` + pending ${pending}` : ''}`,
  ]
  if (Object.keys(redacted).length > 0) rows.push(`redacted ${reasons(redacted)}`)
  if (truncated > 0) rows.push(`cut      ${truncated} records were longer than Loki takes`)
  if (summary.problems.length > 0) rows.push(`problems ${summary.problems.join('\n         ')}`)
  if (summary.gave_up !== undefined) rows.push(`stopped  ${summary.gave_up}`)
  return rows.join('\n')
}
