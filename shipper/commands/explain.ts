/** longship explain LINE: which format takes a line and why, and where each field of its record came from. */
import { hostname } from 'node:os'
import { Command } from 'commander'
import { writeRecord } from '../batch/line.ts'
import { LongshipError } from '../errors.ts'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { createFramer } from '../framing/index.ts'
import { Interpreter } from '../interpret.ts'
import { type Claims, claimFields } from '../normalize/claims.ts'
import { placeOf } from '../normalize/place.ts'
import { type LogRecord, type Message, type ParsedLine, TEXT_FIELDS } from '../record.ts'
import { createRedactor } from '../redact/redact.ts'
import { colours } from '../terms/colours.ts'
import { formatInstant, fromMillis } from '../terms/instant.ts'
import { valueText, writeJson } from '../terms/json.ts'
import type { Role } from '../terms/keys.ts'
import { parseArguments } from './arguments.ts'
import { checkZone, formatOf } from './file-options.ts'

interface Options {
  readonly format: string
  readonly timezone: string
  readonly service?: string
  readonly json: boolean
}

export async function run(argv: string[]): Promise<number> {
  const command = new Command('explain')
    .description('Says which format takes a line and why, and where each field of its record came from.')
    .argument('<LINE...>', 'the line, quoted; several words are joined; "-" reads it from standard input')
    .option('--format <name>', 'try this format only', 'auto')
    .option('--timezone <zone>', 'IANA zone of times that carry none', process.env.LONGSHIP_TIMEZONE ?? 'UTC')
    .option('--service <name>', 'service when the line names none', 'explain')
    .option('--json', 'only the record, as JSON', false)
  const parsed = parseArguments<Options>(command, argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  checkZone(options.timezone)
  const text = args.length === 1 && args[0] === '-' ? await readAll(process.stdin) : args.join(' ')
  const messages = eventsOf(text)
  if (messages.length === 0) throw new LongshipError('usage', 'the line is empty: there is nothing to explain.')
  const interpreter = new Interpreter({
    around: {
      service: options.service ?? 'explain',
      node: undefined,
      env: undefined,
      level: 'unknown',
      host: hostname(),
    },
    zone: options.timezone,
    format: formatOf(options.format),
    redactor: createRedactor(),
    now: () => fromMillis(Date.now()),
  })
  for (const message of messages) {
    const line = interpreter.parse(message)
    const claims = claimFields(line.fields, line.time !== undefined)
    const record = interpreter.recordOf(message, line)
    console.log(options.json ? writeRecord(record) : report(message, line, claims, record))
  }
  return 0
}

function eventsOf(text: string): Message[] {
  const messages: Message[] = []
  const framer = createFramer({ framing: 'auto', multiline: true })
  const sink = { event: (event: { message: Message }) => void messages.push(event.message) }
  framer.push(Buffer.from(text), 0, sink)
  framer.end(sink)
  return messages
}

function report(message: Message, line: ParsedLine, claims: Claims, record: LogRecord): string {
  const format = (formats as readonly Format[]).find(({ name }) => name === line.format)
  const rows = [
    ['format', line.format, format?.title ?? ''],
    ['because', whyText(message, format), ''],
    ...fieldRows(line, claims, record),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(
    ([name, value, origin]) =>
      `${colours.bold(name.padEnd(width))}  ${value}${origin && colours.dim(`   ← ${origin}`)}`,
  )
  return `${lines.join('\n')}\n\n${writeRecord(record)}`
}

function whyText(message: Message, format: Format | undefined): string {
  if (format === undefined) return 'the format was given'
  const wrapped = message.runtime === undefined ? '' : 'a container runtime wrapped it, and inside '
  if (!format.fallback) return `${wrapped}its layout is that of this format, and no other takes it`
  return `${wrapped}no listed format takes it; this is the general reading`
}

function fieldRows(line: ParsedLine, claims: Claims, record: LogRecord): [string, string, string][] {
  const from = (role: Role, otherwise: string) => {
    const claim = claims.get(role)
    return claim === undefined ? otherwise : `${claim.name}: ${valueText(claim.value)}`
  }
  const node = (['node', 'component', 'logger', 'pod', 'caller', 'host'] as const).find(
    (role) =>
      claims.has(role) && (role !== 'caller' || placeOf(valueText(claims.get(role)?.value ?? '')) !== undefined),
  )
  const rows: [string, string, string][] = [
    ['timestamp', formatInstant(record.timestamp), TIME_ORIGINS[record.timestamp_source]],
    ['level', record.level, from('level', 'the line carries none')],
    ['service', record.service, from('service', 'the source: its setting, or the file name')],
    ['node', record.node, node === undefined ? 'this machine' : from(node, '')],
  ]
  for (const field of TEXT_FIELDS) {
    const text = record.text[field]
    if (text === undefined) continue
    const origin =
      field === 'outcome'
        ? 'derived from outcome, success, status, exit code or event'
        : from(field as Role, 'the line')
    rows.push([field, text, origin === `${field}: ${text}` ? `${line.format}'s ${field}` : origin])
  }
  if (record.duration_ms !== undefined)
    rows.push(['duration_ms', String(record.duration_ms), from('duration', 'the line')])
  for (const [name, value] of record.fields) rows.push([name, writeJson(value), 'kept as it was'])
  return rows
}

const TIME_ORIGINS = {
  line: 'the line',
  runtime: 'the container runtime',
  read: 'the clock: the line carries no time',
} as const

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}
