/** Patterns of lines that are no object, in a stream whose first line is one: the miner passes over them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, withServer } from './harness.ts'

test('a JSON line that is no object has no pattern', () =>
  withServer({}, async (loki) => {
    const start = Math.floor(NOW / 1000) - 60
    const lines = [
      '{"msg":"took 5 ms"}',
      'null',
      '12',
      '[1]',
      '{"msg":null}',
      '{"msg":"took 7 ms"}',
      '{"msg":"took 9 ms"}',
    ]
    const values = lines.map((line, index) => [`${start + index}000000000`, line])
    const body = JSON.stringify({ streams: [{ stream: { app: 'odd' }, values }] })
    const pushed = await loki.send('/loki/api/v1/push', body, { 'Content-Type': 'application/json' })
    assert.equal(pushed.status, 204, pushed.text)
    const { status, text } = await loki.get('/loki/api/v1/patterns', {
      query: '{app="odd"}',
      start: String(start),
      end: String(start + 60),
    })
    assert.equal(status, 200, text)
    assert.equal(JSON.parse(text).status, 'success')
  }))
