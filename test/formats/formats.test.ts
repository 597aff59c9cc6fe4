/** The contract of every format, whoever wrote it; what is expected of each stands in the corpora beside this file. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Format } from '../../shipper/formats/format.ts'
import { createMemory, detect, formats, stripColours } from '../../shipper/formats/index.ts'
import { writeJson } from '../../shipper/terms/json.ts'
import { askFormat, CORPUS_TIME, corpusFiles, readCorpus, type Sample, writeAnswer } from './corpus.ts'

const MIN_SAMPLES = 4
const list: readonly Format[] = formats
const corpora = new Map([...corpusFiles().keys()].map((name) => [name, readCorpus(name)]))
const samplesOf = (format: Format): readonly Sample[] => corpora.get(format.name) ?? []

const messageOf = (sample: Sample) => ({ head: sample.head, rest: sample.rest, runtime: undefined })

test('names are unique, snake_case, and the corpora are theirs', () => {
  const names = list.map((format) => format.name)
  assert.deepEqual([...new Set(names)], names)
  for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/)
  assert.deepEqual(
    [...corpora.keys()].filter((name) => !names.includes(name as never)),
    [],
  )
})

for (const format of list) {
  const { name, starts } = format
  const samples = samplesOf(format)

  test(`${name}: has at least ${MIN_SAMPLES} samples, which its starts admit`, () => {
    assert.ok(samples.length >= MIN_SAMPLES, `test/formats/${name.replaceAll('_', '-')}.txt has ${samples.length}`)
    assert.ok(format.title.length > 0)
    if (starts === undefined) return
    const admitted = new RegExp(`^[${starts}]`)
    for (const sample of samples) assert.match(stripColours(sample.head), admitted, `line ${sample.line}`)
  })

  test(`${name}: answers what its corpus says, again and again`, () => {
    for (const sample of samples) {
      assert.equal(writeAnswer(askFormat(format, sample)), sample.expected, `line ${sample.line}: ${sample.head}`)
      const answer = detect(messageOf(sample), CORPUS_TIME, createMemory())
      assert.equal(answer.format, name, `line ${sample.line} went to ${answer.format}: ${sample.head}`)
    }
    // What it read before must not change what it answers.
    for (const sample of [...samples].reverse()) {
      assert.equal(writeAnswer(askFormat(format, sample)), sample.expected, `line ${sample.line}, read again`)
    }
  })

  test(`${name}: takes no line of another format`, () => {
    if (format.fallback) return
    const taken: string[] = []
    for (const other of list) {
      if (other === format || other.fallback) continue
      for (const sample of samplesOf(other)) {
        if (admits(format, sample) && askFormat(format, sample))
          taken.push(`${other.name}:${sample.line} ${sample.head}`)
      }
    }
    assert.deepEqual(taken, [])
  })
}

test('detection does not depend on what was read before', () => {
  const memory = createMemory()
  const wrong: string[] = []
  for (const [name, samples] of corpora) {
    for (const sample of samples) {
      const { format } = detect(messageOf(sample), CORPUS_TIME, memory)
      if (format !== name) wrong.push(`${name}:${sample.line} went to ${format}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('no format throws on mutated samples', () => {
  const all = [...corpora.values()].flat()
  const mutation = fc.tuple(fc.nat(all.length - 1), fc.nat(), fc.nat(30), fc.string({ maxLength: 8, unit: 'binary' }))
  fc.assert(
    fc.property(mutation, ([which, where, length, junk]) => {
      const { head, rest } = all[which]!
      const at = where % (head.length + 1)
      const sample = { line: 0, head: head.slice(0, at) + junk + head.slice(at + length), rest, expected: undefined }
      for (const format of list) if (admits(format, sample)) writeAnswer(askFormat(format, sample))
      const { fields } = detect(messageOf(sample), CORPUS_TIME, createMemory())
      JSON.parse(writeJson(fields))
    }),
    { numRuns: 1000 },
  )
})

function admits({ starts }: Format, sample: Sample): boolean {
  return starts === undefined || new RegExp(`^[${starts}]`).test(stripColours(sample.head))
}
