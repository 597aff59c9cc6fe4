import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { QueryError } from '../../loki/logql/error.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import { jsonStage } from '../../loki/logql/stages/json.ts'
import { logfmtStage } from '../../loki/logql/stages/logfmt.ts'
import { levelOfLine } from '../../loki/server/level.ts'
import { createServer } from '../../loki/server/server.ts'
import { readLabels, writeLabels } from '../../shipper/wire/labels.ts'
import { createNames } from '../../shipper/wire/names.ts'
import { readOtlpJson } from '../../shipper/wire/otlpjson.ts'
import { readOtlpProto } from '../../shipper/wire/otlpproto.ts'
import { PushError } from '../../shipper/wire/pushed.ts'
import { readJsonPush } from '../../shipper/wire/pushjson.ts'
import { readProtoPush } from '../../shipper/wire/pushproto.ts'
import { NOW, ns, proto, stream } from './harness.ts'
import { rowOf } from './stages/rows.ts'

const RUNS = { numRuns: 3000 }
const text = fc.string({ unit: 'binary', maxLength: 60 })

/** Runs a decoder; it may refuse, but with a PushError only. */
function mayRefuse(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof PushError)) throw error
  }
}

/** Bytes of a valid input with some of them changed, removed or doubled. */
function mutated(valid: Buffer): fc.Arbitrary<Buffer> {
  const edit = fc.tuple(fc.nat(valid.length - 1), fc.nat(255), fc.nat(3))
  return fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) => {
    let bytes = Buffer.from(valid)
    for (const [position, byte, kind] of edits) {
      const at = Math.min(position, bytes.length)
      if (kind === 0 && at < bytes.length) bytes[at] = byte
      else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
      else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)])
      else bytes = Buffer.from(bytes.subarray(0, at))
    }
    return bytes
  })
}

const PROTO = proto([
  {
    labels: '{app="a", level="info"}',
    values: [
      [ns(), 'line one', { trace_id: 'abc', n: '1' }],
      [ns(1), 'two'],
    ],
  },
])
const JSON_PUSH = Buffer.from(JSON.stringify(stream({ app: 'a' }, [[ns(), 'line "one"', { trace_id: 'abc' }]])))
const OTLP_JSON = Buffer.from(
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
        scopeLogs: [
          {
            logRecords: [
              { timeUnixNano: ns(), body: { kvlistValue: { values: [{ key: 'a', value: { intValue: '5' } }] } } },
            ],
          },
        ],
      },
    ],
  }),
)

test('fuzz: push.proto', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        mutated(PROTO),
      ),
      (bytes) => mayRefuse(() => readProtoPush(bytes, createNames())),
    ),
    RUNS,
  )
})

test('fuzz: JSON pushes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json().map((json) => Buffer.from(json)),
        mutated(JSON_PUSH),
      ),
      (bytes) => mayRefuse(() => readJsonPush(bytes, createNames())),
    ),
    RUNS,
  )
})

test('fuzz: OTLP', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json().map((json) => Buffer.from(json)),
        mutated(OTLP_JSON),
      ),
      (bytes) => mayRefuse(() => readOtlpJson(bytes)),
    ),
    RUNS,
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      (bytes) => mayRefuse(() => readOtlpProto(bytes)),
    ),
    RUNS,
  )
})

test('fuzz: a whole server takes mutated pushes and answers with a status', async () => {
  const server = createServer({
    data: 'memory',
    now: () => NOW,
    limits: { ingestion_rate_mb: 1e6, ingestion_burst_size_mb: 1e6 },
  })
  fc.assert(
    fc.property(mutated(PROTO), (bytes) => {
      assert.ok([204, 400, 413, 422, 429, 500].includes(server.push(bytes).status))
    }),
    RUNS,
  )
  await server.close()
})

test('what is pushed is what is decoded: text, time, metadata', () => {
  const entry = fc.tuple(
    fc.nat(1e9),
    text,
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}[a-z]$/), fc.string({ maxLength: 200 }), { maxKeys: 5 }),
  )
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
      const values = entries.map(
        ([time, line, metadata]) =>
          [ns(time), line.toWellFormed(), Object.fromEntries(Object.entries(metadata))] as const,
      )
      for (const read of [
        readProtoPush(proto([{ labels: '{a="b"}', values }]), createNames()),
        readJsonPush(Buffer.from(JSON.stringify(stream({ a: 'b' }, values))), createNames()),
      ]) {
        const [one] = read.streams
        assert.equal(one!.count, values.length)
        for (const [index, [time, line, metadata]] of values.entries()) {
          assert.equal(one!.lines.toString('utf8', one!.ranges[4 * index], one!.ranges[4 * index + 1]), line)
          assert.equal(BigInt(one!.seconds[index]!) * 1_000_000_000n + BigInt(one!.nanos[index]!), BigInt(time))
          assert.equal(one!.pairs[index], Object.keys(metadata).length)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('labels: what is written is read again; anything else is an error, not a crash', () => {
  const label = fc.tuple(
    fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
    text.filter((value) => value !== '' && value.isWellFormed()),
  )
  fc.assert(
    fc.property(fc.uniqueArray(label, { selector: ([name]) => name, maxLength: 6 }), (labels) => {
      const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(readLabels(writeLabels(sorted)), sorted)
    }),
    RUNS,
  )
  fc.assert(
    fc.property(text, (garbage) => void readLabels(`{${garbage}`)),
    RUNS,
  )
})

test('fuzz: queries are parsed or refused with a QueryError', () => {
  const words = fc.constantFrom(
    '{',
    '}',
    '(',
    ')',
    '[5m]',
    'app',
    '=',
    '"x"',
    '`y`',
    '|=',
    '|',
    'json',
    'logfmt',
    'rate',
    'sum',
    'by',
    ',',
    '5',
    '1.5s',
    '3KB',
    '!=',
    '=~',
    'or',
    'and',
    '-',
    '+',
    '*',
    '^',
    'offset',
    'count_over_time',
    'topk',
    '--strict',
    '#c\n',
    'unwrap',
    '[',
    '"',
    '\\',
    'ü',
    '\u0000',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(words, { maxLength: 25 }).map((list) => list.join(' ')),
        fc.array(words, { maxLength: 25 }).map((list) => list.join('')),
        text,
      ),
      (query) => {
        try {
          parseQuery(query)
        } catch (error) {
          if (!(error instanceof QueryError)) throw error
          assert.equal(error.status, 400)
        }
      },
    ),
    { numRuns: 20_000 },
  )
  const started = performance.now()
  for (const deep of ['('.repeat(50_000), 'sum('.repeat(20_000), '{a="b"} | '.concat('('.repeat(50_000))]) {
    assert.throws(() => parseQuery(deep), QueryError)
  }
  assert.ok(performance.now() - started < 3000, 'long queries cost linear time')
  assert.throws(
    () => parseQuery('{app="é"}\n  x'),
    /^QueryError: parse error at line 2, col 3: syntax error: unexpected IDENTIFIER$/,
  )
})

test('fuzz: line parsers take any line', () => {
  const json = jsonStage()
  const logfmt = logfmtStage(false, false)
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.json(),
        mutated(Buffer.from('{"a":{"b":[1,"x\\n"]},"c":-1.5,"d":"e"}')).map(String),
        mutated(Buffer.from('a=b c="d e\\"" f= =g "h')).map(String),
      ),
      (line) => {
        const row = rowOf({ line })
        json(row)
        logfmt(row)
        levelOfLine(line, ['level'], 2)
      },
    ),
    RUNS,
  )
  const started = performance.now()
  for (const line of [
    '{'.repeat(200_000),
    '{"a":'.repeat(50_000),
    '"'.repeat(200_000),
    `{"a":"${'\\'.repeat(200_001)}`,
    '='.repeat(200_000),
    'a="'.repeat(70_000),
    '[error'.repeat(40_000),
  ]) {
    const row = rowOf({ line })
    json(row)
    logfmt(row)
    levelOfLine(line, ['level'], 2)
  }
  assert.ok(performance.now() - started < 5000, 'hostile lines cost linear time')
})
