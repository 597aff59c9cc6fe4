/** The express lane's law: what it takes, it writes as the general path would, to the byte. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openPatterns, type PatternWatch } from '../../shipper/patterns/patterns.ts'
import { entriesOf, runFlow } from '../flow.ts'
import { exportedFormats, readCorpus } from '../formats/corpus.ts'

const BLOCK_BYTES = 64 * 1024

/** A miner that has seen nothing: ids are in the entries that are compared. */
function freshPatterns(): PatternWatch {
  const settings = { max_patterns: 2000, new_severity: 'info', spike_factor: 5, settle_ms: 0 } as const
  return openPatterns({ settings, stateFile: undefined, now: () => 1e12, emit: () => {} }).watch('app.log')
}

function assertSame(lines: readonly string[]): number {
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const fast = runFlow(bytes, true, BLOCK_BYTES, freshPatterns())
  const slow = runFlow(bytes, false, BLOCK_BYTES, freshPatterns())
  assert.deepEqual(entriesOf(fast.batches).sort(), entriesOf(slow.batches).sort())
  assert.equal(fast.flow.records, slow.flow.records)
  return fast.lane.lines
}

test('every corpus, over and over', async () => {
  let taken = 0
  for (const name of (await exportedFormats()).keys()) {
    const lines = readCorpus(name)
      .filter(({ rest }) => rest === '')
      .map(({ head }) => head)
    taken += assertSame([...lines, ...lines, ...lines, ...lines, ...lines, ...lines, ...lines])
  }
  assert.ok(taken > 50, `the lane took ${taken} lines of the corpora`)
})

const SERVICES = {
  structlog: (n: number) =>
    `{"timestamp": "2026-11-21T10:24:59.${String(n % 1000).padStart(3, '0')}+02:00", "level": "${['info', 'warning', 'error', 'debug'][n % 4]}", "service": "langgraph", "event": "${['node_start', 'node_failed', 'node_complete', 'a sentence here'][n % 4]}", "node": "n${n % 9}", "correlation_id": "msg_${n}", "duration_ms": ${n / 4}}`,
  slog: (n: number) =>
    `{"time":"2026-11-21T10:24:59.488025949Z","level":"${['INFO', 'DEBUG', 'WARN', 'INFO+2'][n % 4]}","msg":"pull \\"x\\" ${n}","component":"autosync","last_seq":${n},"elapsed":${n * 1234567}}`,
  logfmt: (n: number) =>
    `time="2026-11-21T10:24:59Z" level=${['info', 'error', 'warning'][n % 3]} msg="Volume ${n}" job_id=job-${n % 7} step=s status=${['completed', 'failed', 'odd'][n % 3]} total_duration_ms=${n}`,
  evt: (n: number) =>
    `2026/11/21 10:24:59 evt: provision.start {"workspace_id":"ws-${n}","sync":${n % 2 === 0},"duration_ms":${n}}`,
}

for (const [name, line] of Object.entries(SERVICES)) {
  test(`${name} lines are taken, and alike`, () => {
    const lines = Array.from({ length: 400 }, (_, n) => line(n))
    assert.ok(assertSame(lines) > 150)
  })
}

test('a caller names the node where it is a place, and only there', () => {
  const callers = ['server.go:12', 'etcdserver/util.go:170', 'web', 'server.go', 'a b.go:1', '-', 'x.go:1', 'é.go:4']
  const zap = (n: number) =>
    `{"level":"info","ts":"2026-11-21T10:24:59.123Z","caller":"${callers[n % 8]}","msg":"m ${n}","host":"h${n % 3}"}`
  const kit = (n: number) => `level=info ts=2026-11-21T10:24:59.123Z caller=${callers[n % 3]} msg="m ${n}"`
  for (const line of [zap, kit]) {
    for (const first of [0, 2]) {
      const lines = Array.from({ length: 200 }, (_, n) => line(n + first))
      assert.ok(assertSame(lines) > 40)
    }
  }
})

test('a time that stood alone on a line is not given to lines behind those that the lane took', () => {
  const taken = Array.from({ length: 20 }, (_, n) => SERVICES.slog(n))
  assert.ok(assertSame([...taken, 'Sat Nov 21 09:00:00 2026', ...taken, 'no time here', 'nor here']) > 20)
})

test('mixed, mutated and cut lines', () => {
  const mutations = fc.record({
    base: fc.nat(3),
    n: fc.nat(5000),
    at: fc.nat(200),
    insert: fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      'é',
      '0',
      ' ',
      '\u0000',
      ',',
      ':',
      '\\u0041',
      '-',
      '.5',
      'null',
      '=',
      '\t',
    ),
  })
  const makers = Object.values(SERVICES)
  fc.assert(
    fc.property(fc.array(mutations, { minLength: 5, maxLength: 60 }), (list) => {
      assertSame(
        list.map(({ base, n, at, insert }) => {
          const text = makers[base](n)
          return at % 3 === 0 ? text : `${text.slice(0, at)}${insert}${text.slice(at + (n % 2))}`
        }),
      )
    }),
    { numRuns: 300 },
  )
})

test('random JSON objects with the keys that mean something', () => {
  const key = fc.constantFrom(
    'time',
    'timestamp',
    'level',
    'msg',
    'message',
    'event',
    'service',
    'node',
    'component',
    'host',
    'status',
    'status_code',
    'duration',
    'duration_ms',
    'elapsed',
    'error',
    'error_type',
    'success',
    'outcome',
    'exit_code',
    'trace_id',
    'traceId',
    'job_id',
    'x',
    'format',
    'env',
    'logger',
    'tags',
  )
  const value = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }),
    fc.constantFrom(
      'info',
      'INFO',
      'failed',
      'ok',
      '12ms',
      '500',
      '2026-11-21T10:24:59Z',
      '2026-11-21T10:24:59.5+01:00',
      200,
      0,
    ),
  )
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(key, { maxLength: 8 }), { minLength: 1, maxLength: 3 }),
      fc.infiniteStream(value),
      (shapes, values) => {
        const next = () => JSON.stringify(values.next().value)
        const lines = Array.from(
          { length: 30 },
          (_, n) =>
            `{${shapes[n % shapes.length].map((name) => `"${name}":${name === 'time' && n % 4 ? '"2026-11-21T10:24:59Z"' : next()}`).join(',')}}`,
        )
        assertSame(lines)
      },
    ),
    { numRuns: 400 },
  )
})

test('entries carry the pattern of their message on both ways, and the line does not say it', () => {
  const lines = Array.from({ length: 60 }, (_, n) => SERVICES.slog(n))
  const entries = entriesOf(runFlow(Buffer.from(`${lines.join('\n')}\n`), true, BLOCK_BYTES, freshPatterns()).batches)
  const ids = entries.map((entry) => /pattern_id\x12\x0e([0-9a-f]{14})/.exec(entry)?.[1])
  assert.equal(ids.length, 60)
  assert.equal(new Set(ids).size, 1)
  assert.ok(ids[0] !== undefined)
  assert.ok(entries.every((entry) => !entry.includes('"pattern_id"')))
})

test('without patterns entries are what they were', () => {
  const bytes = Buffer.from(`${Array.from({ length: 60 }, (_, n) => SERVICES.slog(n)).join('\n')}\n`)
  for (const useLane of [true, false]) {
    assert.ok(entriesOf(runFlow(bytes, useLane).batches).every((entry) => !entry.includes('pattern_id')))
  }
})
