/** Where output goes: how wide it is, whether people look at it, and which colours it takes. */
import { once } from 'node:events'
import { type Colours, coloursFor } from '../terms/colours.ts'

export interface Screen {
  /** Somebody looks at it; otherwise it is read by a program, or kept. */
  readonly isTerminal: boolean
  /** Cells in a line; Infinity where nothing cuts. */
  readonly columns: number
  readonly colours: Colours
  /** One line of output. Waits in flush() while the reader is slower than we are. */
  line(text: string): void
  flush(): Promise<void>
  /** One line for people, beside the output: on stderr, unless --quiet. */
  note(text: string): void
  /** What went wrong: on stderr, always. */
  error(text: string): void
}

/** What a command needs of its surroundings: a test hands in its own. */
export interface Surroundings {
  readonly env: Env
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly openScreen: (isQuiet: boolean) => Screen
}

export type Env = Readonly<Record<string, string | undefined>>

export const processSurroundings: Surroundings = {
  env: process.env,
  now: Date.now,
  openScreen: (isQuiet) => openScreen({ env: process.env, isQuiet }),
}

/** stdout and stderr of this process. */
export function openScreen({ env, isQuiet }: { readonly env: Env; readonly isQuiet: boolean }): Screen {
  const { stdout, stderr } = process
  const isTerminal = stdout.isTTY === true
  let text = ''
  const write = () => {
    const chunk = text
    text = ''
    return chunk === '' || stdout.write(chunk)
  }
  return {
    isTerminal,
    columns: isTerminal ? stdout.columns || DEFAULT_COLUMNS : Number.POSITIVE_INFINITY,
    colours: coloursFor(env, isTerminal),
    line(line) {
      text += `${line}\n`
      if (text.length > FLUSH_CHARS) write()
    },
    async flush() {
      if (!write() || stdout.writableNeedDrain) await once(stdout, 'drain')
    },
    note(message) {
      if (!isQuiet) stderr.write(`${message}\n`)
    },
    error(message) {
      stderr.write(`${message}\n`)
    },
  }
}

const DEFAULT_COLUMNS = 80
const FLUSH_CHARS = 64 * 1024
