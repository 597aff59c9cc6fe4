import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import test from 'node:test'
import type { Format } from '../../shipper/formats/format.ts'
import { byName, createMemory, detect, formats, stripColours } from '../../shipper/formats/index.ts'
import { askFormat, CORPUS_TIME, corpusFiles, corpusPath, exportedFormats, readCorpus } from './corpus.ts'

const list: readonly Format[] = formats

test('every format in the folder is in the list, and has its samples', async () => {
  assert.deepEqual([...(await exportedFormats()).keys()].sort(), list.map((format) => format.name).sort())
  for (const { name } of list) assert.ok(existsSync(corpusPath(name)), `${name} needs test/formats/${name}.txt`)
})

test('general formats come last', () => {
  const firstGeneral = list.findIndex((format) => format.fallback)
  assert.ok(list.slice(firstGeneral).every((format) => format.fallback))
  assert.equal(list.at(-1)?.name, 'plain')
})

for (const name of corpusFiles().keys()) {
  test(`detection gives each sample of ${name} to it, and to no other`, () => {
    const wrong: string[] = []
    for (const sample of readCorpus(name)) {
      const message = { head: sample.head, rest: sample.rest, runtime: undefined }
      const found = detect(message, CORPUS_TIME, createMemory()).format
      if (found !== name) wrong.push(`line ${sample.line} went to ${found}: ${sample.head.slice(0, 100)}`)
      for (const other of list) {
        if (other.fallback || other.name === name || byName(name)?.fallback) continue
        if (askFormat(other, sample) && mayStart(other, sample.head))
          wrong.push(`line ${sample.line}: ${other.name} takes it too`)
      }
    }
    assert.deepEqual(wrong, [])
  })
}

function mayStart(format: Format, head: string): boolean {
  return format.starts === undefined || new RegExp(`^[${format.starts}]`).test(stripColours(head))
}
