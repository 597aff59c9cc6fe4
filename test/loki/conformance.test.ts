/** Questions that a real Loki 3.7.6 answered over dataset.json: the embedded server gives the same answers. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Answered, difference } from './compare.ts'
import { type Harness, withServer } from './harness.ts'

interface Question extends Answered {
  readonly path: string
  readonly params: Readonly<Record<string, string | number>>
}

const folder = new URL('./conformance/', import.meta.url)
const dataset = readFileSync(new URL('dataset.json', folder), 'utf8')
const questions = JSON.parse(readFileSync(new URL('answers.json', folder), 'utf8')) as Question[]

const OPTIONS = {
  limits: {
    discover_log_levels: false,
    discover_service_name: [],
    reject_old_samples: false,
    ingestion_rate_mb: 1000,
    ingestion_burst_size_mb: 1000,
  },
}

/** Random queries over odd data (equal times, no order, odd numbers, structured metadata): what the same Loki answered. */
interface RandomSet {
  /** Milliseconds: when they were asked. */
  readonly now: number
  readonly data: unknown
  readonly cases: readonly Question[]
}

const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as RandomSet
const random = read('random.json')
/** Instant queries whose ranges are longer than an hour: Loki asks for them hour by hour. */
const hours = read('hours.json')
/** Entries of one time in streams that become one, equal values in topk, empty metadata, metadata named __error__. */
const ties = read('ties.json')
/** Entries of one stream and time that stages make equal: they are one, and in metric queries where their line is one. */
const repeats = read('repeats.json')
/** Bytes that templates cut out of characters, and a U+FFFD of the log: Loki shows them differently. */
const halves = read('halves.json')

test('the sets are whole', () => {
  assert.ok(questions.length >= 148)
  assert.ok(random.cases.length >= 150)
})

test('every answer is what Loki answered', () => compare(dataset, questions, undefined))

for (const [what, set] of Object.entries({
  'and over other data': random,
  'and over hours': hours,
  'and of ties': ties,
  'and of repeats': repeats,
  'and of half characters': halves,
})) {
  test(what, () => compare(JSON.stringify(set.data), set.cases, set.now))
}

async function compare(pushed: string, asked: readonly Question[], now: number | undefined): Promise<void> {
  await withServer({ ...OPTIONS, ...(now === undefined ? {} : { now: () => now }) }, async (loki) => {
    const headers = { 'Content-Type': 'application/json' }
    const { status, text } = await loki.send('/loki/api/v1/push', pushed, headers)
    // What stands too far behind its stream was refused by Loki too.
    assert.ok(status === 204 || text.includes('entry too far behind'), text)
    const wrong: string[] = []
    for (const question of asked) {
      const found = difference(question, await ask(loki, question))
      if (found !== undefined) wrong.push(`${question.path}: ${JSON.stringify(question.params)}\n    ${found}`)
    }
    assert.equal(wrong.join('\n'), '')
  })
}

async function ask(loki: Harness, { path, params }: Question): Promise<Answered> {
  const texts = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
  const { status, text } = await loki.get(path, texts)
  return status === 200 ? JSON.parse(text).data : { status, error: text }
}
