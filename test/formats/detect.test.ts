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

const event = (head: string, rest = '') => ({ head, rest, runtime: undefined })
const read = (head: string, rest = '') => detect(event(head, rest), CORPUS_TIME, createMemory())

test('colours, titles and a byte order mark are stripped', () => {
  assert.equal(
    stripColours('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007x \u001b]8;;http://a\u001b\\link'),
    'red x link',
  )
  const plainText = '2026-05-05 10:11:12 WARN com.acme.Disk - low'
  const coloured = '\ufeff\u001b[90m2026-05-05 10:11:12\u001b[39m \u001b[33mWARN\u001b[0m com.acme.Disk - low'
  assert.deepEqual(read(coloured), read(plainText))
})

test('continuation lines become a stack, or further lines of the message', () => {
  const trace = 'java.lang.IllegalStateException: gone\n\tat com.acme.Shop.sell(Shop.java:12)'
  const failed = read('10.1.2.3 shop ~ 2026-05-05 10:11:12 ERROR sale failed', trace)
  assert.equal(failed.fields.get('stack'), trace)
  assert.equal(failed.fields.get('error_type'), 'java.lang.IllegalStateException')
  assert.equal(failed.fields.get('error'), 'gone')
  assert.equal(
    read('nothing that is known', '  more\n  text').fields.get('message'),
    'nothing that is known\n  more\n  text',
  )
})

test('what fitted last is asked first, four formats at most, general ones never', () => {
  const memory = createMemory()
  const samples = ['klog', 'nginx_error', 'redis', 'postgresql', 'klog', 'monolog', 'general', 'plain'].map((name) => {
    const sample = readCorpus(name)[0]
    assert.ok(sample)
    assert.equal(detect(event(sample.head, sample.rest), CORPUS_TIME, memory).format, name)
    return name
  })
  assert.ok(samples.length > 4)
  assert.deepEqual(
    memory.recent.map((format) => format.name),
    ['monolog', 'klog', 'postgresql', 'redis'],
  )
})

test('a forced format is asked alone; what it does not take goes to the general ones', () => {
  const klog = byName('klog')
  assert.ok(klog)
  const sample = readCorpus('klog')[0]?.head ?? ''
  assert.equal(detect(event(sample), CORPUS_TIME, createMemory(), klog).format, 'klog')
  const other = readCorpus('redis')[0]?.head ?? ''
  assert.match(detect(event(other), CORPUS_TIME, createMemory(), klog).format, /^(?:general|plain)$/)
})

test('an empty line is a plain one', () => {
  assert.equal(read('').format, 'plain')
  assert.equal(byName('nothing'), undefined)
})
