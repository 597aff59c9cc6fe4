import assert from 'node:assert/strict'
import test from 'node:test'
import { classify, type Reply, retryAfterMs } from '../../shipper/push/classify.ts'

function reply(status: number, body = '', more: Partial<Reply & { kind: 'answer' }> = {}): Reply {
  const rest = { contentType: '', retryAfter: undefined, location: undefined, date: undefined, isCut: false }
  return { kind: 'answer', status, body, ...rest, ...more }
}

/** status, body → kind, and what tells it from its neighbours. */
const CASES: readonly [number, string, string][] = [
  [204, '', 'delivered'],
  [200, '', 'delivered'],
  [200, '<!doctype html><title>Grafana</title>', 'retry setup'],
  [202, 'accepted', 'retry setup'],
  [
    260,
    "ingestion blocked for user 'fake' until '2030-01-01T00:00:00Z' with status code '260'",
    'rejected blocked none',
  ],
  [
    403,
    "ingestion blocked for user 'fake' until '2030-01-01T00:00:00Z' with status code '403'",
    'rejected blocked none',
  ],
  [260, "ingestion blocked for user 'fake' (policy: 'p') until 'x' with status code '260'", 'rejected blocked unknown'],
  [301, '', 'retry setup'],
  [400, 'entry for stream \'{a="b"}\' has timestamp too new: 2026-01-01T00:00:00Z', 'rejected too_new rest'],
  [400, "couldn't parse push request: EOF", 'rejected bad_entry unknown'],
  [400, '<html><h1>400 The plain HTTP request was sent to HTTPS port</h1></html>', 'retry setup'],
  [400, 'Client sent an HTTP request to an HTTPS server.', 'retry setup'],
  [400, 'multiple org IDs present', 'retry setup'],
  [401, 'no org id', 'retry setup'],
  [403, '', 'retry setup'],
  [404, '404 page not found', 'retry setup'],
  [405, '', 'retry setup'],
  [408, '', 'retry server'],
  [413, 'request body too large', 'split'],
  [422, 'error at least one valid stream is required for ingestion', 'rejected bad_entry none'],
  [
    429,
    "ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec) while attempting to ingest '5' lines totaling '7340032' bytes, reduce",
    'retry rate over',
  ],
  [
    429,
    "ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec) while attempting to ingest '5' lines totaling '10' bytes",
    'retry rate',
  ],
  [429, 'maximum active stream limit exceeded when trying to create stream {a="b"}, reduce', 'retry stream'],
  [429, 'Per stream rate limit exceeded (limit: 3MB/sec) while attempting', 'retry stream'],
  [429, '', 'retry rate'],
  [
    500,
    'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5242880 vs. 4194304)',
    'split',
  ],
  [500, 'at least 1 live replicas required, could only find 0', 'retry server suspect'],
  [500, 'label name is empty', 'rejected bad_entry none'],
  [500, 'normalization for label name "ü" resulted in invalid name "_"', 'rejected bad_entry none'],
  [500, 'no schema config found for time 0', 'rejected bad_entry none'],
  [502, '<html>Bad Gateway</html>', 'retry server'],
  [503, 'circuit breaker open, request denied', 'retry server'],
  [504, '', 'retry server'],
]

for (const [status, body, expected] of CASES) {
  test(`${status} ${body.slice(0, 60)} → ${expected}`, () => {
    const verdict = classify(reply(status, body), 0)
    const words: string[] = [verdict.kind]
    if (verdict.kind === 'retry') {
      words.push(verdict.cause)
      if (verdict.suspect !== undefined) words.push('suspect')
      if (verdict.isOverRate) words.push('over')
    }
    if (verdict.kind === 'rejected') words.push(verdict.code, verdict.stored)
    assert.equal(words.join(' '), expected)
  })
}

test('every status has a verdict that loses nothing unasked', () => {
  for (let status = 100; status < 600; status++) {
    const verdict = classify(reply(status, 'what nobody has heard of'), 0)
    if (status === 200 || status === 204) assert.equal(verdict.kind, 'delivered')
    else assert.notEqual(verdict.kind, 'delivered', `${status}`)
  }
})

test('failures of the network are tried again, of certificates slowly', () => {
  const cause = (code: string) => {
    const verdict = classify({ kind: 'failure', code, message: 'x' }, 0)
    return verdict.kind === 'retry' && verdict.cause
  }
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'TIMEOUT', 'ENOTFOUND', 'EAI_AGAIN'])
    assert.equal(cause(code), 'network')
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'EPROTO']) {
    assert.equal(cause(code), 'setup')
  }
})

test('OpenSSL is quoted in words, without where in its source it was', () => {
  const message =
    '127.0.0.1:3177: write EPROTO 802C2D3E8B7F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:350:\n'
  const { reason } = classify({ kind: 'failure', code: 'EPROTO', message }, 0) as { reason: string }
  assert.match(
    reason,
    /^127\.0\.0\.1:3177: what listens there speaks no TLS: http:\/\/ instead of https:\/\/\? \(EPROTO\)/,
  )
})

test('Retry-After: seconds, a date, nonsense, and a bound', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(retryAfterMs('7', now), 7000)
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000)
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:30 GMT', now), 0)
  assert.equal(retryAfterMs('86400', now), 600_000)
  assert.equal(retryAfterMs('soon', now), undefined)
  assert.equal(retryAfterMs(undefined, now), undefined)
})
