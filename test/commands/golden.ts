/**
 * Golden outputs of commands as text: test/commands/query.txt and trace.txt.
 *
 *     === file shop.log          a file that commands read, up to the next ===
 *     === terminal 80 colours    what the commands below see: a terminal of 80 columns, in colours; or `=== pipe`
 *     $ longship query …         a command; below it what it prints: stdout as it is, stderr behind "! ",
 *                                escape characters as ␛, and "= 2" for an exit code other than 0
 *
 * UPDATE_GOLDENS=1 writes anew what is printed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import picocolors from 'picocolors'
import { LongshipError } from '../../shipper/errors.ts'
import type { Screen, Surroundings } from '../../shipper/querying/screen.ts'

export interface GoldenCase {
  readonly name: string
  readonly command: string
  readonly expected: string
  readonly terminal: { readonly columns: number; readonly hasColours: boolean } | undefined
}

type Part = { readonly text: string; readonly golden?: GoldenCase }

/** Cases of a golden file; its files are written into `folder`. */
export function readGoldens(path: string, folder: string): { cases: GoldenCase[]; rewrite(printed: string[]): void } {
  const parts: Part[] = []
  let terminal: GoldenCase['terminal']
  for (const block of readFileSync(path, 'utf8').split(/^(?==== |\$ )/m)) {
    const [first = '', ...rest] = block.split('\n')
    const body = rest.join('\n').replace(/\n*$/, '')
    if (first.startsWith('=== file ')) writeFile(join(folder, first.slice(9)), `${body}\n`)
    else if (first.startsWith('=== terminal')) {
      const [, , columns, colours] = first.split(' ')
      terminal = { columns: Number(columns), hasColours: colours === 'colours' }
    } else if (first.startsWith('=== pipe')) terminal = undefined
    else if (first.startsWith('$ ')) {
      parts.push({ text: first, golden: { name: first, command: first.slice(2), expected: body, terminal } })
      continue
    }
    parts.push({ text: block })
  }
  return {
    cases: parts.flatMap(({ golden }) => (golden === undefined ? [] : [golden])),
    rewrite(printed) {
      let at = 0
      const texts = parts.map(({ text, golden }) => (golden === undefined ? text : `${text}\n${printed[at++]}\n\n`))
      writeFileSync(path, texts.join(''))
    },
  }
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

type Run = (argv: string[], around: Surroundings) => Promise<number>

/** What a command prints, in the notation of golden files. */
export async function printed(run: Run, golden: GoldenCase, now: number): Promise<string> {
  const lines: string[] = []
  const write = (mark: string, text: string) => {
    for (const line of text.split('\n')) lines.push(`${mark}${line}`.trimEnd().replaceAll('\u001b', '␛'))
  }
  const screen = screenOf(golden.terminal, write)
  const openScreen = (isQuiet: boolean) => (isQuiet ? { ...screen, note() {} } : screen)
  let code: number
  try {
    code = await run(splitWords(golden.command).slice(2), { env: {}, now: () => now, openScreen })
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    write('! ', `longship: ${error.message}`)
    code = error.exitCode
  }
  return [...lines, ...(code === 0 ? [] : [`= ${code}`])].join('\n').replace(/\n+$/, '')
}

function screenOf(terminal: GoldenCase['terminal'], write: (mark: string, text: string) => void): Screen {
  return {
    isTerminal: terminal !== undefined,
    columns: terminal?.columns ?? Number.POSITIVE_INFINITY,
    colours: picocolors.createColors(terminal?.hasColours ?? false),
    line: (text) => write('', text),
    flush: async () => {},
    note: (text) => write('! ', text),
    error: (text) => write('! ', text),
  }
}

/** As a shell splits them: 'single quotes' hold everything. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
}
