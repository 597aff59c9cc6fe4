import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { general } from '../../shipper/formats/general.ts'
import { createMemory, detect } from '../../shipper/formats/index.ts'
import { formatInstant } from '../../shipper/terms/instant.ts'
import { writeJson } from '../../shipper/terms/json.ts'
import { askFormat, CORPUS_TIME, corpusFiles, readCorpus, type Sample, writeAnswer } from './corpus.ts'

const OPTIONS = { ...CORPUS_TIME, rest: '' }
const samples: Sample[] = [...corpusFiles().keys()].flatMap((name) => readCorpus(name))

test('general.txt: what each line holds', () => {
  const own = readCorpus('general')
  assert.ok(own.length > 60)
  for (const sample of own) assert.equal(writeAnswer(askFormat(general, sample)), sample.expected, sample.head)
})

/** Words that a time or an alias may swallow: months, weekdays, zones, halves of the day, o'clock, the keys of the time itself. */
const OF_TIMES =
  /^(?:clock|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|utc|gmt|[a-z]{1,2}st|[a-z]{1,2}dt|ces?t|ts|time|timestamp|date|level|lvl|severity|audit|msg)/i

test('the general case loses no word of any line of any corpus', () => {
  const lost: string[] = []
  for (const { head } of samples) {
    const parsed = general.parse(head, OPTIONS)
    if (parsed === undefined) continue
    const kept = [...parsed.fields].map(([name, value]) => `${name} ${writeJson(value)}`).join(' ')
    for (const word of head.match(/[A-Za-z]{4,}/g) ?? []) {
      if (!kept.includes(word) && !OF_TIMES.test(word) && !kept.includes(JSON.stringify(word).slice(1, -1)))
        lost.push(`${word}: ${head}`)
    }
  }
  assert.deepEqual(lost, [])
})

const pieces = fc.constantFrom(
  '2026-05-05T10:11:12.123Z', '2026-05-05 10:11:12,123', 'May  5 10:11:12', '10:11:12', '1777975872', 'INFO', '[warn]',
  '<Error>', 'E', 'host-1', 'combo', 'sshd[12]:', 'kernel:', 'com.acme.Foo', '[main]', '|', ' - ', ',', '\t', '123', '(x)',
  'key=value', 'level=info', '{', '"', '%SYS-5-CONFIG:', 'failed to open', ':', 'é', '\ud800', '\u0000', '==', '[', ']', '__proto__=1',
) // biome-ignore format: a list

test('anything: no throw, the event is kept, and the message is the end of the line', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pieces, fc.constantFrom(' ', '', '  ')), { maxLength: 14 }), (parts) => {
      const head = parts.flat().join('')
      const parsed = detect({ head, rest: '', runtime: undefined }, CORPUS_TIME, createMemory())
      if (parsed.time !== undefined) formatInstant(parsed.time)
      const alone = general.parse(head, OPTIONS)
      if (alone === undefined) return
      const message = alone.fields.get('message')
      assert.ok(message === undefined || head.trimEnd().endsWith(String(message)))
    }),
    { numRuns: 20_000 },
  )
})

test('a quarter of a megabyte of anything takes linear time', () => {
  const seeds = [
    'a',
    '[',
    '1',
    ' ',
    'a=1 ',
    '<',
    'x:',
    '\u001b[',
    '"',
    '|',
    '(',
    '{',
    '- ',
    'Jan 1 ',
    '10:11:12 ',
    'a=(',
    'a="',
    '####',
  ]
  for (const seed of seeds) {
    for (const prefix of ['', '2026-05-05 10:11:12 INFO ']) {
      const head = prefix + seed.repeat(262_144 / seed.length)
      const start = process.cpuUsage().user
      general.parse(head, OPTIONS)
      const ms = (process.cpuUsage().user - start) / 1000
      // Ten times the budget: machines that run tests are busy. What is not linear takes seconds.
      assert.ok(ms < 200, `${JSON.stringify(seed)} took ${ms} ms`)
    }
  }
})
