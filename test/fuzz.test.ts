/**
 * 200,000 random and mutated lines through the whole reading side: nothing throws, no line is lost or doubled, every
 * record is valid. Seeded, so that a failure can be run again: FUZZ_SEED=n npm test fuzz.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { fitLine } from '../shipper/batch/fit.ts'
import { writeRecord } from '../shipper/batch/line.ts'
import { createFramer } from '../shipper/framing/index.ts'
import { Interpreter } from '../shipper/interpret.ts'
import { recordSchema } from '../shipper/normalize/schema.ts'
import { createRedactor } from '../shipper/redact/redact.ts'
import { AROUND } from './flow.ts'
import { CORPUS_TIME, corpusFiles, parseCorpus } from './formats/corpus.ts'

const LINES = Number(process.env.FUZZ_LINES ?? 200_000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const BATCH = 5000

const isRecord = new Ajv({ allErrors: true }).compile(recordSchema())

const seeds = [...corpusFiles().values()].flatMap((path) =>
  parseCorpus(readFileSync(path, 'utf8')).flatMap(({ head, rest }) => [head, ...rest.split('\n')]),
)

/** Pieces that break parsers: quotes, escapes, brackets, control bytes, surrogates, numbers at their limits. */
const SPLICES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '=',
  ' ',
  '\t',
  '\u0000',
  '\u001b[31m',
  '\ufeff',
  'é',
  '漢',
  '\\ud800',
  '\\u0000',
  '__proto__',
  '99999999999999999999',
  '-',
  ':',
  ',',
  '%',
  '$',
  '|',
  '<',
  '>',
  "'",
  '%s',
  '1e999',
  '\r',
  '2026-13-45T25:61:61Z',
  'null',
  'ERROR',
  'level=',
  '"level":',
]

/** mulberry32 */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) % below) | 0
  }
}

function mutate(line: string, random: (below: number) => number): string {
  let text = line
  for (let times = random(4); times > 0; times--) {
    const at = random(text.length + 1)
    const kind = random(6)
    if (kind === 0) text = text.slice(0, at)
    else if (kind === 1) text = text.slice(at)
    else if (kind === 2) text = text.slice(0, at) + SPLICES[random(SPLICES.length)] + text.slice(at)
    else if (kind === 3) text = text.slice(0, at) + text.slice(at + 1 + random(8))
    else if (kind === 4) text = text.slice(0, at) + seeds[random(seeds.length)].slice(random(40))
    else text = text.slice(0, at) + String.fromCharCode(random(0x250)) + text.slice(at + 1)
  }
  return text.replace(/\n/g, ' ').slice(0, 4000)
}

function randomBytes(random: (below: number) => number): Buffer {
  const bytes = Buffer.alloc(1 + random(120))
  for (let at = 0; at < bytes.length; at++) {
    const byte = random(256)
    bytes[at] = byte === 10 ? 11 : byte
  }
  return bytes
}

test(`${LINES} lines, seed ${SEED}`, () => {
  const random = randomOf(SEED)
  const interpreter = new Interpreter({
    around: AROUND,
    zone: 'UTC',
    format: undefined,
    redactor: createRedactor(),
    now: () => CORPUS_TIME.now,
  })
  for (let done = 0; done < LINES; done += BATCH) {
    const lines = Array.from({ length: BATCH }, () =>
      random(20) === 0 ? randomBytes(random) : Buffer.from(mutate(seeds[random(seeds.length)], random)),
    )
    const framer = createFramer({ framing: 'lines', multiline: random(2) === 0 })
    let counted = 0
    const sink = {
      event({ message, lines: physical }: { message: Parameters<Interpreter['record']>[0]; lines: number }) {
        counted += physical
        const { line } = fitLine(interpreter.record(message), writeRecord)
        const record: unknown = JSON.parse(line)
        if (!isRecord(record)) assert.fail(`${JSON.stringify(isRecord.errors)}\n${message.head}\n${line}`)
        assert.ok(line.isWellFormed(), line)
        assert.ok(!line.includes('\n'))
      },
    }
    framer.push(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])), 0, sink)
    framer.end(sink)
    assert.equal(counted + framer.counts.empty, BATCH)
  }
})
