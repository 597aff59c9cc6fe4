/** longship normalize [FILE…|-]: one JSON record a line on stdout, in input order, and nothing else there. */

import { once } from 'node:events'
import { Command } from 'commander'
import { fitLine } from '../batch/fit.ts'
import { writeRecord } from '../batch/line.ts'
import { createFramer, type FramedEvent, type Framer } from '../framing/index.ts'
import type { Interpreter } from '../interpret.ts'
import { createRedactor } from '../redact/redact.ts'
import { parseArguments } from './arguments.ts'
import {
  addFormatOptions,
  addFramingOptions,
  checkZone,
  type FileOptions,
  formatOf,
  interpreterOf,
} from './file-options.ts'
import { type Reading, readThrough } from './reading.ts'

interface Options extends FileOptions {
  readonly node?: string
  readonly env?: string
}

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  formatOf(options.format)
  checkZone(options.timezone)
  let isWhole = true
  for (const path of args.length === 0 ? ['-'] : args) {
    const isRead = await readThrough(path, (name) => new RecordWriter(options, name))
    if (!isRead) isWhole = false
  }
  return isWhole ? 0 : 1
}

function definition(): Command {
  const command = new Command('normalize')
    .description('Prints one JSON record a log line, in input order. Reads standard input without FILE, or for "-".')
    .argument('[FILE...]', 'log files, also .gz')
  addFormatOptions(command)
    .option('--service <name>', 'service of lines that name none (default: from the file name)')
    .option('--node <name>', 'node of lines that name none (default: the host they name, or this one)')
    .option('--env <name>', 'environment of lines that name none')
  return addFramingOptions(command)
}

/** One origin's events as lines of JSON on stdout. */
class RecordWriter implements Reading {
  readonly framer: Framer
  private readonly interpreter: Interpreter
  private text = ''

  constructor(options: Options, name: string) {
    const { node, env, framing, multiline, redact } = options
    this.framer = createFramer({ framing, multiline })
    const redactor = redact ? createRedactor() : undefined
    this.interpreter = interpreterOf(options, { name, node, env, redactor })
  }

  event({ message, cut }: FramedEvent): void {
    const record = this.interpreter.record(message)
    if (cut > 0) record.fields.set('truncated_bytes', cut)
    this.text += `${fitLine(record, writeRecord).line}\n`
  }

  /** Waits while the reader of stdout is slower than we are. */
  async flush(): Promise<void> {
    const { text } = this
    this.text = ''
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
  }
}
