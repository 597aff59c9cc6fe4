/** longship trace ID: every record that carries an id, across services, as a timeline. */
import { Command, Option } from 'commander'
import { LongshipError } from '../errors.ts'
import { AnswerError } from '../querying/answer.ts'
import { timeTexts } from '../querying/clock-text.ts'
import { refusalText } from '../querying/failure.ts'
import { addFileOptions, addLokiOptions, openLoki, type SourceFlags, splitArguments } from '../querying/flags.ts'
import { emptyHint } from '../querying/hints.ts'
import { CANCELLED, type Loki, RefusedQuery } from '../querying/loki.ts'
import { OUTPUTS, type OutputForm, openOutput } from '../querying/output.ts'
import { processSurroundings, type Screen, type Surroundings } from '../querying/screen.ts'
import { stopOnSignal } from '../querying/stop.ts'
import { readCount, readRange } from '../querying/times.ts'
import { findRecords } from '../querying/trace-find.ts'
import { relatedIds } from '../querying/trace-ids.ts'
import { recordJson } from '../querying/trace-json.ts'
import { traceRecords } from '../querying/trace-records.ts'
import { timelineLines } from '../querying/trace-report.ts'
import { escapeInJson } from '../querying/width.ts'
import { parseArguments } from './arguments.ts'

interface Options extends SourceFlags {
  readonly since?: string
  readonly from?: string
  readonly to?: string
  readonly selector?: string
  readonly limit: string
  readonly lines: boolean
  readonly output: OutputForm
}

export async function run(argv: string[], around: Surroundings = processSurroundings): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { argument: id, files } = splitArguments(parsed.args, parsed.options.file ?? [], 'id')
  const options = { ...parsed.options, file: files }
  if (id === undefined || id.trim() === '') {
    throw new LongshipError('usage', 'there is no id. Try: longship trace msg_0_1735167345 --since 24h')
  }
  const screen = around.openScreen(options.quiet)
  const loki = await openLoki(options, around.env, screen, stopOnSignal())
  try {
    return await show(loki, id.trim(), options, screen, around.now())
  } catch (error) {
    if (error instanceof AnswerError) throw new LongshipError('loki', `${loki.name}: ${error.message}`)
    if (!(error instanceof RefusedQuery)) throw error
    if (error.status === CANCELLED) throw new LongshipError('loki', 'stopped before there was an answer.')
    screen.error(refusalText(error, options.selector ?? '', loki.name))
    return error.isUsage ? 2 : 1
  } finally {
    await loki.close()
  }
}

const DEFAULT_LIMIT = '5000'
/** An id is looked up later than what it stands for happened. */
const DEFAULT_SINCE = '24h'

function definition(): Command {
  const command = new Command('trace')
    .description(
      'Prints every record that carries an id (correlation_id, trace_id, span_id, request_id, thread_id, job_id, workspace_id, or in its line) across services, as a timeline.',
    )
    .argument('<ID...>', 'the id')
    .optionsGroup('What is asked:')
    .option('--since <duration>', `how far back from --to, or from now (default: ${DEFAULT_SINCE}; with --file: all)`)
    .option('--from <time>', 'where the time begins: RFC 3339, "2026-11-20 10:00" (UTC), now-15m, seconds since 1970')
    .option('--to <time>', 'where it ends, exclusive (default: now; with --file: behind the last entry)')
    .option('--selector <selector>', `streams to look in, such as '{env="prod"}' (default: all)`)
    .option(
      '--lines',
      'search the lines as well when structured metadata holds the id already (with --file: always)',
      false,
    )
    .option('--limit <number>', 'records at most', DEFAULT_LIMIT)
    .optionsGroup('How it is shown:')
    .addOption(
      new Option('-o, --output <form>', 'for people, the lines alone, or JSON').choices(OUTPUTS).default('table'),
    )
    .option('--utc', 'show times in UTC instead of the local zone', false)
    .option('--quiet', 'only the result: no hints', false)
  addFileOptions(addLokiOptions(command))
  return command.addHelpText(
    'after',
    '\nExit codes: 0 done (also when nothing was found), 1 the query failed or no Loki answered, 2 wrong usage.',
  )
}

async function show(loki: Loki, id: string, options: Options, screen: Screen, now: number): Promise<number> {
  const isLocal = options.file.length > 0
  const hasTime = isLocal || options.since !== undefined || options.from !== undefined
  const range = readRange(hasTime ? options : { ...options, since: DEFAULT_SINCE }, loki.span, now)
  const limit = readCount('--limit', options.limit)
  const searchesLines = options.lines || isLocal
  const { entries, isCut, warnings } = await findRecords(loki, {
    id,
    range,
    selector: options.selector,
    limit,
    searchesLines,
  })
  for (const warning of warnings) screen.note(`warning: ${warning}`)
  const records = traceRecords(entries)
  if (options.output === 'raw')
    openOutput('raw', screen, { isUtc: options.utc, hasTimes: false }).entries(entries, true)
  else if (options.output === 'jsonl') {
    for (const record of records)
      screen.line(screen.isTerminal ? escapeInJson(recordJson(record, id)) : recordJson(record, id))
  } else for (const line of timelineLines(id, records, screen, timeTexts(options.utc))) screen.line(line)
  await screen.flush()
  if (isCut) screen.note(`the first ${records.length} records; there may be more: --limit 0 for all`)
  for (const line of relatedIds(id, records)) screen.note(screen.colours.dim(line))
  if (records.length === 0) for (const line of await emptyHint(loki, range)) screen.note(line)
  return 0
}
