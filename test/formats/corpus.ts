/**
 * Reads and rewrites the format corpora: test/formats/<format>.txt, text that anyone can add to.
 * See README.md beside this file for the notation.
 */
import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import type { Format } from '../../shipper/formats/format.ts'
import type { ParsedLine } from '../../shipper/record.ts'
import { formatInstant } from '../../shipper/terms/instant.ts'
import { type Fields, type Value, writeJson } from '../../shipper/terms/json.ts'
import type { TimeOptions } from '../../shipper/terms/time.ts'

/** One event of a corpus: its physical lines, and the parse that is expected. */
export interface Sample {
  /** Where it starts in the file, from 1. */
  readonly line: number
  readonly head: string
  /** Continuation lines joined by \n, '' for most. */
  readonly rest: string
  /** The `= ` line without its mark, undefined when the corpus has none yet. */
  readonly expected: string | undefined
}

/** Every corpus is read under the same clock and zone, so that times without a year or zone have one answer. */
export const CORPUS_TIME: TimeOptions = {
  zone: 'UTC',
  now: { seconds: Date.parse('2026-11-21T12:00:00Z') / 1000, nanos: 0 },
}

const FOLDER = import.meta.dirname

/** The corpora that exist, by format name. */
export function corpusFiles(): Map<string, string> {
  const files = globSync('*.txt', { cwd: FOLDER, absolute: true }).sort()
  return new Map(files.map((file) => [corpusName(file), file]))
}

export function corpusPath(format: string): string {
  return `${FOLDER}/${format.replaceAll('_', '-')}.txt`
}

function corpusName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1, -'.txt'.length).replaceAll('-', '_')
}

export function readCorpus(format: string): Sample[] {
  return parseCorpus(readFileSync(corpusPath(format), 'utf8'))
}

/** Throws with the line number on a line that is none of `#`, `>`, `=` and empty. */
export function parseCorpus(text: string): Sample[] {
  const samples: Sample[] = []
  walkCorpus(text, (sample) => {
    samples.push(sample)
    return sample.expected
  })
  return samples
}

/** The same text with every `= ` line replaced by what `answer` says; comments and empty lines stay. */
export function rewriteCorpus(text: string, answer: (sample: Sample) => string): string {
  return walkCorpus(text, answer)
}

/** What a corpus writes for a parse: compact JSON of time, scale (when the format sets one) and fields. */
export function writeAnswer(parsed: ParsedLine | undefined): string {
  if (parsed === undefined) return 'null'
  const answer: Fields = new Map<string, Value>([
    ['time', parsed.time === undefined ? null : formatInstant(parsed.time)],
  ])
  if (parsed.scale !== undefined) answer.set('scale', parsed.scale)
  return writeJson(answer.set('fields', parsed.fields))
}

/** Every format that a file of shipper/formats exports, listed in index.ts or not. */
export async function exportedFormats(): Promise<Map<string, Format>> {
  const found = new Map<string, Format>()
  for (const file of globSync('../../shipper/formats/*.ts', { cwd: FOLDER, absolute: true }).sort()) {
    if (file.endsWith('/index.ts')) continue
    for (const value of Object.values((await import(file)) as Record<string, unknown>)) {
      if (isFormat(value)) found.set(value.name, value)
    }
  }
  return found
}

function isFormat(value: unknown): value is Format {
  return typeof value === 'object' && value !== null && 'name' in value && 'title' in value && 'parse' in value
}

/** What one format alone answers to a sample. */
export function askFormat(format: Format, sample: Sample): ParsedLine | undefined {
  return format.parse(sample.head.replace(COLOUR, ''), { ...CORPUS_TIME, rest: sample.rest.replace(COLOUR, '') })
}

// biome-ignore lint/complexity/useRegexLiterals: formatted by hand to keep the escape readable
const COLOUR = new RegExp('\\u001b\\[[0-9;]*m', 'g')

function walkCorpus(text: string, answer: (sample: Sample) => string | undefined): string {
  const out: string[] = []
  let event: string[] = []
  let start = 0
  const close = (expected: string | undefined) => {
    if (event.length === 0) return
    const [head = '', ...rest] = event
    const wanted = answer({ line: start, head, rest: rest.join('\n'), expected })
    if (wanted !== undefined) out.push(`= ${wanted}`)
    event = []
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('>')) {
      if (event.length === 0) start = index + 1
      event.push(line.slice(line.startsWith('> ') ? 2 : 1).replaceAll('␛', '\u001b'))
      out.push(line)
    } else if (line.startsWith('= ')) {
      if (event.length === 0) throw new Error(`corpus line ${index + 1}: "= " without a "> " line before it`)
      close(line.slice(2))
    } else if (line === '' || line.startsWith('#')) {
      close(undefined)
      out.push(line)
    } else {
      throw new Error(`corpus line ${index + 1}: must start with "#", "> " or "= ", got ${JSON.stringify(line)}`)
    }
  }
  close(undefined)
  return out.join('\n')
}
