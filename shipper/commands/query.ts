/** longship query LOGQL: LogQL against any Loki, or over local files with the embedded engine. */
import { Command, Option } from 'commander'
import { writePrometheusDuration } from '../../loki/logql/units.ts'
import { LongshipError } from '../errors.ts'
import { type Answer, AnswerError } from '../querying/answer.ts'
import { refusalText } from '../querying/failure.ts'
import { addFileOptions, addLokiOptions, openLoki, type SourceFlags, splitArguments } from '../querying/flags.ts'
import { emptyHint } from '../querying/hints.ts'
import { CANCELLED, type Loki, RefusedQuery } from '../querying/loki.ts'
import { OUTPUTS, type Output, type OutputForm, openOutput } from '../querying/output.ts'
import { type Asked, askPage, firstBatch, type LogQuestion, pages } from '../querying/paging.ts'
import { explainPlan, shortestWindow } from '../querying/plan.ts'
import { processSurroundings, type Screen, type Surroundings } from '../querying/screen.ts'
import { stopOnSignal } from '../querying/stop.ts'
import { defaultStep, type Range, readCount, readRange, readStep, readTime, timeText } from '../querying/times.ts'
import { parseArguments } from './arguments.ts'

interface Options extends SourceFlags {
  readonly since?: string
  readonly from?: string
  readonly to?: string
  readonly step?: string
  readonly limit?: string
  readonly batch?: string
  readonly instant: boolean
  readonly now?: string
  readonly forward: boolean
  readonly direction?: 'forward' | 'backward'
  readonly output: OutputForm
  readonly times: boolean
  readonly explain: boolean
}

export async function run(argv: string[], around: Surroundings = processSurroundings): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { argument: query, files } = splitArguments(parsed.args, parsed.options.file ?? [], 'query')
  const options = { ...parsed.options, file: files }
  if (query === undefined || query.trim() === '') {
    throw new LongshipError('usage', `there is no query. Try: longship query '{service=~".+"}' --since 15m`)
  }
  const screen = around.openScreen(options.quiet)
  if (options.explain) return showPlan(query, screen)
  const loki = await openLoki(options, around.env, screen, stopOnSignal())
  try {
    return await answer(loki, query, options, screen, around.now())
  } catch (error) {
    return fail(error, query, loki, screen)
  } finally {
    await loki.close()
  }
}

function definition(): Command {
  const command = new Command('query')
    .description('Asks LogQL of any Loki, or of local log files of any format with the embedded engine.')
    .argument('[LOGQL...]', 'the query, in quotes')
    .optionsGroup('What is asked:')
    .option('--since <duration>', 'how far back from --to, or from now (default: 1h; with --file: all there is)')
    .option('--from <time>', 'where the time begins: RFC 3339, "2026-11-20 10:00" (UTC), now-15m, seconds since 1970')
    .option('--to <time>', 'where it ends, exclusive (default: now; with --file: behind the last entry)')
    .option('--step <duration>', "distance of a metric query's points (default: the query's window, else as Loki)")
    .option('--limit <number>', 'log entries at most, 0 for all (default: 100; with --file: all)')
    .option('--direction <way>', 'backward (newest first) or forward (default: backward; with --file: forward)')
    .option('--forward', 'short for --direction forward', false)
    .option('--instant', 'ask a metric query at one time instead of over a range', false)
    .option('--now <time>', 'the time that --instant asks for (default: now; with --file: the last entry)')
    .option('--batch <number>', 'log entries in one question (default: 5000, or what the Loki allows)')
    .optionsGroup('How it is shown:')
    .addOption(
      new Option('-o, --output <form>', 'for people, the lines alone, or JSON').choices(OUTPUTS).default('table'),
    )
    .option('--times', 'a table of a metric query: a row a point in time instead of a row a series', false)
    .option('--utc', 'show times in UTC instead of the local zone', false)
    .option('--quiet', 'only the result: no hints, no labels that all have', false)
    .option('--explain', 'print what the query does, as a tree, and ask nobody', false)
  addFileOptions(addLokiOptions(command))
  return command.addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  longship query '{service="api"} |= "timeout"' --since 30m
  longship query 'sum by (level) (rate({service=~".+"}[5m]))' --addr http://loki:3100 --since 6h
  longship query --file app.log --file 'old/*.gz' '{level="error"}'
  journalctl -o json | longship query --file - 'topk(5, sum by (service) (count_over_time({service=~".+"}[1h])))'

Exit codes: 0 done (also when nothing was found), 1 the query failed or no Loki answered, 2 wrong usage or query.
docs/query.md is an introduction to LogQL.`

async function answer(loki: Loki, query: string, options: Options, screen: Screen, now: number): Promise<number> {
  const range = readRange(options, loki.span, now)
  const output = openOutput(options.output, screen, { isUtc: options.utc, hasTimes: options.times })
  if (options.instant) return answerInstant(loki, query, options, range, screen, output, now)
  const question: LogQuestion = {
    query,
    range,
    isForward: readIsForward(options),
    hasLabels: options.output !== 'raw',
    limit:
      options.limit === undefined ? (options.file.length > 0 ? 0 : DEFAULT_LIMIT) : readCount('--limit', options.limit),
    batch: (options.batch !== undefined && readCount('--batch', options.batch)) || undefined,
  }
  const stepMs = chooseStep(query, options.step, range, loki, screen)
  const first = await askPage(loki, question, range, firstBatch(loki, question), stepMs)
  const isEmpty =
    first.answer.kind === 'streams'
      ? await showEntries(loki, question, first, screen, output)
      : showSeries(first.answer, screen, output)
  await screen.flush()
  if (isEmpty) for (const line of await emptyHint(loki, range)) screen.note(line)
  return 0
}

const DEFAULT_LIMIT = 100

/** Milliseconds; undefined: as Loki chooses. A step of the window's own length counts each entry once. */
function chooseStep(
  query: string,
  given: string | undefined,
  range: Range,
  { maxPoints }: Loki,
  screen: Screen,
): number | undefined {
  const window = shortestWindow(query)
  if (window === undefined) return given === undefined ? undefined : readStep(given, range, maxPoints)
  const fits = Number(range.end - range.start) / 1e6 / window <= maxPoints
  const step = given === undefined ? (fits ? window : defaultStep(range)) : readStep(given, range, maxPoints)
  if (step > window) {
    const lengths = `step ${writePrometheusDuration(step)}, window ${writePrometheusDuration(window)}`
    screen.note(
      `note: what lies between the windows is not counted (${lengths}): ask for a longer window or a shorter time`,
    )
  }
  return step
}

async function answerInstant(
  loki: Loki,
  query: string,
  options: Options,
  range: Range,
  screen: Screen,
  output: Output,
  now: number,
): Promise<number> {
  const last = loki.span === undefined ? range.end : range.end - 1n
  const time = options.now === undefined ? last : readTime('--now', options.now, now)
  const found = await loki.instant(query, time)
  if (found.kind === 'streams') {
    output.entries(found.entries, true)
  } else if (showSeries(found, screen, output)) {
    for (const line of await emptyHint(loki, range)) screen.note(line)
  }
  await screen.flush()
  return 0
}

/** Whether there was nothing to show. */
async function showEntries(loki: Loki, question: LogQuestion, first: Asked, screen: Screen, output: Output) {
  let shown = 0
  let last: bigint | undefined
  for await (const { entries, warnings, isCut } of pages(loki, question, first)) {
    for (const warning of warnings) screen.note(`warning: ${warning}`)
    const isAll = shown === 0 && (isCut || entries.length < first.limit)
    if (entries.length > 0) output.entries(entries, isAll)
    await screen.flush()
    shown += entries.length
    last = entries.at(-1)?.time ?? last
    if (isCut) {
      const part = question.isForward ? `the first ${shown} entries, up to` : `the last ${shown} entries, back to`
      const message = `${part} ${timeText(last!)}; there may be more: --limit 0 for all`
      screen.note(screen.colours.dim(message))
    }
  }
  return shown === 0
}

function showSeries(found: Answer, screen: Screen, output: Output): boolean {
  for (const warning of found.warnings) screen.note(`warning: ${warning}`)
  if (found.kind === 'streams' || found.series.length === 0) return true
  output.series(found.kind, found.series)
  return false
}

function readIsForward({ forward, direction, file }: Options): boolean {
  if (direction === undefined) return forward || file.length > 0
  const way = direction.toLowerCase()
  if (way === 'forward' || way === 'backward') return way === 'forward'
  throw new LongshipError('usage', `--direction must be forward or backward, got ${JSON.stringify(direction)}.`)
}

function showPlan(query: string, screen: Screen): number {
  const plan = explainPlan(query, screen.colours)
  for (const line of plan.lines) screen.line(line)
  if (plan.refused !== undefined) screen.error(refusalText(plan.refused, query, 'the parser'))
  void screen.flush()
  return plan.refused === undefined ? 0 : 2
}

function fail(error: unknown, query: string, loki: Loki, screen: Screen): number {
  if (error instanceof AnswerError) throw new LongshipError('loki', `${loki.name}: ${error.message}`)
  if (!(error instanceof RefusedQuery)) throw error
  if (error.status === CANCELLED) throw new LongshipError('loki', 'stopped before there was an answer.')
  screen.error(refusalText(error, query, loki.name))
  return error.isUsage ? 2 : 1
}
