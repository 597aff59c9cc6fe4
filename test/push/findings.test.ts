import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseFindings } from '../../shipper/push/findings.ts'
import { scanLabels, streamKey } from '../../shipper/push/labels.ts'

const key = (text: string) => streamKey(scanLabels(text)!.labels)

test('what Loki adds to a stream, and how it quotes, makes no other stream', () => {
  const ours = '{level="info", node="a\\"; 3 errors like: x\'", service="s\\u00e9"}'
  const lokis = '{level="info", node="a\\"; 3 errors like: x\'", service="sé", service_name="sé", __stream_shard__="1"}'
  assert.equal(key(ours), key(lokis))
  assert.equal(key('{a="\\x01\\U0001F6A2\\n"}'), key('{a="\u0001🚢\n"}'))
  assert.notEqual(key('{a="b"}'), key('{a="c"}'))
  for (const broken of ['', '{', '{a}', '{a="b"', '{a="b" c="d"}', '{a="\\', 'x{a="b"}'])
    assert.equal(scanLabels(broken), undefined)
})

test('grouped refusals, with labels that look like the text around them', () => {
  const hostile = `{node="' has timestamp too new: 2026-01-01T00:00:00Z; 9 errors like: stream '", service="s"}`
  const body = [
    `2 errors like: entry for stream '${hostile}' has timestamp too old: 2026-01-01T00:00:05Z, oldest acceptable timestamp is: 2026-01-02T00:00:00Z`,
    `1 errors like: max entry size '262144' bytes exceeded for stream '${hostile}' while adding an entry with length '300000' bytes`,
    `3 errors like: stream '{a="b"}' has structured metadata too large: '70000' bytes, limit: '65536' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`,
    `1 errors like: stream '{a="; stream '"}' has label value too long: '; stream ''`,
    `4 errors like: entry for stream '{a="b"}' has 17 label names; limit 15`,
  ].join('; ')
  const { findings, isComplete, isPartial } = parseFindings(`${body}\n`)
  assert.deepEqual([isComplete, isPartial], [true, false])
  assert.deepEqual(
    findings.map(({ kind, count, stream, at, oldest, size, limit }) => [kind, count, stream, at, oldest, size, limit]),
    [
      ['too_old', 2, key(hostile), 1_767_225_605, 1_767_312_000, undefined, undefined],
      ['line_too_long', 1, key(hostile), undefined, undefined, 300_000, 262_144],
      ['metadata_too_large', 3, key('{a="b"}'), undefined, undefined, 70_000, 65_536],
      ['bad_labels', 1, key(`{a="; stream '"}`), undefined, undefined, undefined, undefined],
      ['bad_labels', 4, key('{a="b"}'), undefined, undefined, undefined, undefined],
    ],
  )
})

test('older wordings', () => {
  const body = `entry for stream '{a="b"}' has timestamp too old: 2026-01-01 00:00:05.25 +0000 UTC`
  assert.deepEqual(
    parseFindings(body).findings.map(({ kind, at }) => [kind, at]),
    [['too_old', 1_767_225_605]],
  )
  const order = `entry with timestamp 2026-01-01 00:00:05 +0000 UTC ignored, reason: 'entry out of order' for stream: {a="b"},\ntotal ignored: 3 out of 9`
  const { findings, isPartial } = parseFindings(order)
  assert.deepEqual(
    [findings[0]?.kind, findings[0]?.count, findings[0]?.stream, isPartial],
    ['too_far_behind', 3, key('{a="b"}'), true],
  )
})

test("an ingester's refusal inside a label is no ingester's refusal", () => {
  const label =
    "entry with timestamp 1 ignored, reason: 'entry too far behind' total ignored: 5 out of 6 for stream: {}"
  const body = `entry for stream '{a="${label}"}' has timestamp too new: 2026-01-01T00:00:00Z`
  assert.deepEqual(
    parseFindings(body).findings.map(({ kind }) => kind),
    ['too_new'],
  )
})

test('text that is not understood is said to be so', () => {
  for (const body of [
    '',
    'no idea',
    'entry for stream \'{a="b"}\' has timestamp too new: 2026-01-01T00:00:00Z; and more',
    'stream \'{a="b"}\' has wheels',
  ]) {
    assert.equal(parseFindings(body).isComplete, body === '')
  }
  assert.equal(
    parseFindings(`entry for stream '{a="b"}' has timestamp too new: 2026-01-01T00:00:00Z`, true).isComplete,
    false,
  )
})

test('any text is survived, in time that grows with its length', () => {
  const words = [
    '; ',
    "stream '",
    '{a="',
    '"}',
    '3 errors like: ',
    "entry for stream '",
    "' has timestamp too old: ",
    '2026-01-01T00:00:00Z',
    "max entry size '9' bytes exceeded for stream '",
    '\\',
    '\n',
    'total ignored: 5 out of 9 for stream: ',
    'entry with timestamp ',
  ]
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 30 }),
      (parts) => void parseFindings(parts.join('')),
    ),
    { numRuns: 3000 },
  )
  for (const word of words) {
    const started = performance.now()
    parseFindings(word.repeat(65_536 / word.length))
    assert.ok(performance.now() - started < 500, word)
  }
})
