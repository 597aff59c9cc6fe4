import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LiveLine, liveLines } from '../../shipper/demo/live.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { originName } from '../../shipper/sources/origin.ts'

const START = Date.parse('2031-02-03T04:05:06.789Z')
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'api.log': ['structlog'],
  'autosync.log': ['logfmt'],
  'langgraph.log': ['structlog'],
  'migratekit.log': ['logfmt'],
  'provlog.log': ['go_log', 'evt'],
  'telegram_bot.log': ['structlog'],
  'tinyforge.log': ['slog'],
  'worker-spawner.log': ['structlog'],
}

const lines: LiveLine[] = Array.from({ length: 1000 }, (_, tick) => liveLines(tick, START + tick * 400)).flat()
const records = recordsOf(lines)

test('a few lines a second, of every live system, each in its format, with its own time', () => {
  assert.ok(lines.length > 1000 && lines.length < 3000, `${lines.length}`)
  assert.deepEqual(new Set(lines.map(([file]) => file)), new Set(Object.keys(FORMATS)))
  for (const [index, record] of records.entries()) {
    assert.ok(FORMATS[lines[index]![0]]!.includes(record.format), lines[index]![1])
    assert.equal(record.timestamp_source, 'line')
    assert.ok(record.timestamp.seconds >= Math.floor(START / 1000))
  }
})

test('conversations go through four services; nodes that start also end, some by failing', () => {
  const first = records.filter(({ text }) => text.correlation_id === 'msg_5000_live')
  assert.deepEqual(
    new Set(first.map(({ service }) => service)),
    new Set(['telegram_bot', 'api', 'langgraph', 'worker-spawner']),
  )
  const count = (event: string) => records.filter(({ text }) => text.event === event).length
  assert.ok(count('node_failed') >= 4)
  assert.ok(Math.abs(count('node_start') - count('node_complete') - count('node_failed')) <= 1)
  assert.ok(records.every(({ text }) => text.event !== 'node_failed' || text.stack?.startsWith('Traceback')))
})

test('operations end as completed and as failed, with how long they took', () => {
  const ends = records.filter(({ text }) => text.event === 'operation_end')
  assert.deepEqual(new Set(ends.map(({ text }) => text.outcome)), new Set(['success', 'failure']))
  assert.ok(ends.every(({ duration_ms }) => duration_ms! >= 2000))
})

function recordsOf(lines: readonly LiveLine[]): LogRecord[] {
  const interpreters = new Map<string, Interpreter>()
  return lines.map(([file, head]) => {
    const interpreter = interpreters.get(file) ?? interpreterOf(file)
    interpreters.set(file, interpreter)
    return interpreter.record({ head, rest: '', runtime: undefined })
  })
}

function interpreterOf(file: string): Interpreter {
  const around = {
    service: originName(file),
    node: undefined,
    env: undefined,
    level: 'unknown',
    host: 'host-1',
  } as const
  const now = () => ({ seconds: START / 1000 + 3600, nanos: 0 })
  return new Interpreter({ around, zone: 'UTC', format: undefined, redactor: undefined, now })
}
