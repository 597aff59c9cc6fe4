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

test('a line of Docker Compose is read for itself, and named after its container', () => {
  const json = read('caddy-1  | {"level":"warn","ts":1777975872.25,"logger":"tls","msg":"no certificate"}')
  assert.equal(json.fields.get('level'), 'warn')
  assert.equal(json.time?.seconds, 1_777_975_872)
  assert.equal(json.fields.get('service'), 'caddy-1')
  const bars = read('node3 | 2026-05-05T10:11:12Z | WARN | raft.Leader | lost quorum')
  assert.deepEqual(
    ['service', 'level', 'logger', 'message'].map((name) => bars.fields.get(name)),
    ['node3', 'WARN', 'raft.Leader', 'lost quorum'],
  )
  const kernel = read('web | May  5 10:11:12 host1 kernel: up')
  assert.deepEqual([kernel.fields.get('service'), kernel.fields.get('container')], ['kernel', 'web'])
  assert.equal(read('INFO   | jvm 1    | 2026/05/05 10:11:12 | started').fields.get('service'), undefined)
})

test('a time that stands alone on its line stamps the lines behind it, until the next time', () => {
  const memory = createMemory()
  const times = [
    'Starting ORACLE instance (normal)',
    '2026-05-05T10:11:12.123456+02:00',
    'Thread 1 opened at log sequence 1',
    'Current log# 1 seq# 1',
    '2026-05-05T10:11:13.000000+02:00',
    'LGWR: switched',
    '2026-05-05 10:11:14 INFO text',
    'no time',
  ].map((head) => detect(event(head), CORPUS_TIME, memory).time?.seconds)
  const at = 1_777_968_672
  assert.deepEqual(times, [undefined, at, at, at, at + 1, at + 1, at + 7202, undefined])
  const stdout = { head: 'text', rest: '', runtime: { time: { seconds: 1, nanos: 0 }, stream: undefined } } as const
  detect(event('2026-05-05T10:11:12Z'), CORPUS_TIME, memory)
  assert.equal(detect(stdout, CORPUS_TIME, memory).time, undefined)
})
