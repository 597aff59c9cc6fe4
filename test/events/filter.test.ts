/** What can be asked of events: a table of filters, pages, and what leaping over lines must not miss. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventMetadata, LogEvent, NewEvent } from '../../shipper/events/event.ts'
import { SEVERITIES } from '../../shipper/events/event.ts'
import { type EventFilter, matcherOf } from '../../shipper/events/log.ts'
import { everything, newEvent, newFolder, numbers, openLog, START_MS } from './folder.ts'

const metadata = (more: Partial<EventMetadata>): EventMetadata => ({ workload: 'shop', container: 'c1', ...more })
const at = (second: number) => ({ seconds: START_MS / 1000 + second, nanos: 500_000_000 })

const EVENTS: readonly Partial<NewEvent>[] = [
  { severity: 'info', message: 'Connection refused', metadata: metadata({ rule_id: 'r1', rule_name: 'Refused' }) },
  { severity: 'critical', message: 'ÜBER "quoted" \\ path\nnext', metadata: metadata({ workload: 'über "x"' }) },
  {
    severity: 'error',
    message: '300 \u212a is cold',
    metadata: metadata({ container: '/var/log/a.log', rule_id: 'r2' }),
  },
  {
    severity: 'warn',
    source: 'patterns',
    event: 'new_pattern',
    message: 'user <_> gone: severity":"critical',
    metadata: metadata({ pattern_id: 'p1', pattern: 'user <_> gone' }),
  },
  {
    source: 'patterns',
    event: 'pattern_spike',
    message: 'İstanbul 日本',
    metadata: metadata({ pattern_id: 'p2', rule_name: 'r1' }),
  },
  { severity: 'critical', message: 'shop c1 r1 p1', metadata: metadata({ workload: '__proto__', container: 'shop' }) },
]

const CASES: readonly (readonly [filter: Partial<EventFilter>, seqs: number[]])[] = [
  [{}, [6, 5, 4, 3, 2, 1]],
  [{ severities: ['critical'] }, [6, 2]],
  [{ severities: ['critical', 'info'] }, [6, 2, 1]],
  [{ severities: [] }, [6, 5, 4, 3, 2, 1]],
  [{ sources: ['patterns'] }, [5, 4]],
  [{ sources: ['patterns', 'logscan'], severities: ['error'] }, [3]],
  [{ events: ['new_pattern'] }, [4]],
  [{ events: ['rule_hit', 'pattern_spike'] }, [6, 5, 3, 2, 1]],
  [{ workload: 'shop' }, [5, 4, 3, 1]],
  [{ workload: 'über "x"' }, [2]],
  [{ workload: '__proto__' }, [6]],
  [{ workload: 'sho' }, []],
  [{ container: 'c1' }, [5, 4, 2, 1]],
  [{ container: '/var/log/a.log' }, [3]],
  [{ rule: 'r1' }, [5, 1]],
  [{ rule: 'Refused' }, [1]],
  [{ rule: 'p1' }, []],
  [{ pattern: 'p1' }, [4]],
  [{ pattern: 'r1' }, []],
  [{ text: 'REFUSED' }, [1]],
  [{ text: '' }, [6, 5, 4, 3, 2, 1]],
  [{ text: 'über' }, [2]],
  [{ text: 'k is' }, [3]],
  [{ text: '300 K' }, [3]],
  [{ text: 'i' }, [5, 4, 3, 1]],
  [{ text: '本' }, [5]],
  [{ text: '"QUOTED" \\ PATH\nn' }, [2]],
  [{ text: 'shop', workload: 'shop' }, []],
  [{ workload: 'shop', severities: ['critical'] }, []],
  [{ since: START_MS + 3500 }, [6, 5, 4, 3]],
  [{ until: START_MS + 3500 }, [2, 1]],
  [{ since: START_MS + 2000, until: START_MS + 4000 }, [3, 2]],
  [{ since: START_MS + 60_000 }, []],
  [{ before: 4 }, [3, 2, 1]],
  [{ before: 1 }, []],
  [{ before: 4, severities: ['critical', 'error'] }, [3, 2]],
  [{ before: 4, limit: 2 }, [3, 2]],
]

describe('what is asked for', () => {
  const { log } = openLog(newFolder())
  EVENTS.forEach((event, i) => {
    log.append(newEvent({ time: at(i + 1), severity: 'warn', ...event }))
  })
  const all = everything(log).toReversed()
  for (const [filter, seqs] of CASES) {
    test(JSON.stringify(filter), () => {
      assert.deepEqual(numbers(log.find({ limit: 100, ...filter }).events), seqs)
      if (filter.limit !== undefined) return
      assert.deepEqual(numbers(log.since(0, { limit: 100, ...filter })), seqs.toReversed())
      if (filter.before === undefined)
        assert.deepEqual(numbers(all.filter(matcherOf(filter))), seqs.toReversed(), 'as listeners filter')
    })
  }
})

test('pages: newest first, each event once, over all segments', () => {
  const { log } = openLog(newFolder(), { maxBytes: 20_000 })
  for (let i = 0; i < 80; i++) log.append(newEvent({ severity: i % 3 === 0 ? 'error' : 'info' }))
  const { oldest_seq, newest_seq } = log.stats()
  const wanted = Array.from({ length: newest_seq - oldest_seq + 1 }, (_, i) => newest_seq - i)
  for (const [severities, expected] of [
    [undefined, wanted],
    [['error' as const], wanted.filter((seq) => seq % 3 === 1)],
  ] as const) {
    const seen: number[] = []
    let next: number | undefined
    do {
      const found = log.find({ limit: 7, before: next, severities })
      assert.ok(found.events.length === 7 || found.next === undefined, 'only the last page is short')
      seen.push(...numbers(found.events))
      next = found.next
    } while (next !== undefined)
    assert.deepEqual(seen, expected)
  }
})

test('in a log that is larger than what is read for one answer a page may be short, and there are more', () => {
  const { log } = openLog(newFolder(), { maxBytes: 256 * 1024 * 1024 })
  const captures = { long: 'x'.repeat(60_000) }
  log.append(newEvent({ metadata: metadata({ rule_id: 'rare' }) }))
  for (let i = 0; i < 1200; i++) log.append(newEvent({ metadata: metadata({ captures }) }))
  const first = log.find({ limit: 10, rule: 'rare' })
  assert.deepEqual(first.events, [])
  assert.ok(first.next !== undefined && first.next > 1 && first.next < 200, `${first.next}`)
  assert.deepEqual(numbers(log.find({ limit: 10, rule: 'rare', before: first.next }).events), [1])
})

test('a limit is a limit', () => {
  const { log } = openLog(newFolder())
  for (let i = 0; i < 1010; i++) log.append(newEvent())
  for (const [limit, length] of [
    [0, 1],
    [Number.NaN, 1],
    [-5, 1],
    [2.9, 2],
    [1e9, 1000],
  ]) {
    assert.equal(log.find({ limit }).events.length, length)
    assert.equal(log.since(0, { limit }).length, length)
  }
})

test('who comes back gets what it missed, oldest first', () => {
  const { log } = openLog(newFolder(), { maxBytes: 20_000 })
  for (let i = 0; i < 40; i++) log.append(newEvent({ severity: i % 2 === 0 ? 'error' : 'info' }))
  assert.deepEqual(numbers(log.since(36, { limit: 10 })), [37, 38, 39, 40])
  assert.deepEqual(numbers(log.since(33, { limit: 2, severities: ['error'] })), [35, 37])
  assert.deepEqual(log.since(40, { limit: 10 }), [])
  assert.equal(log.since(0, { limit: 10 })[0].seq, log.stats().oldest_seq)
})

test('property: looking for bytes finds what reading every event finds', () => {
  const word = fc.oneof(
    fc.constantFrom('a', 'B', 'r1', '"', '\\', '\n', 'K', '\u212a', 'İ', 'ß', 'Σ', '日', '\ud800', 'severity', 'İi'),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))
  const event = fc.record({ message: text, workload: text, rule: text, severity: fc.constantFrom(...SEVERITIES) })
  const filter = fc.record(
    { text, workload: text, rule: text, severities: fc.subarray([...SEVERITIES]) },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), filter, (events, wanted) => {
      const { log } = openLog(newFolder())
      const stored = events.map(({ message, workload, rule, severity }) =>
        log.append(newEvent({ message, severity, metadata: metadata({ workload, rule_name: rule }) })),
      ) as LogEvent[]
      const expected = stored.filter(matcherOf(wanted)).toReversed()
      assert.deepEqual(log.find({ limit: 100, ...wanted }).events, expected)
    }),
    { numRuns: 300 },
  )
})

test('every letter that becomes one of ASCII when it is made small is known', () => {
  const folding: string[] = []
  for (let code = 0x80; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue
    const letter = String.fromCodePoint(code)
    if (/[\u0000-\u007f]/.test(letter.toLowerCase())) folding.push(letter)
  }
  assert.deepEqual(folding, ['\u0130', '\u212a'], 'FOLDING in find.ts names them')
})
