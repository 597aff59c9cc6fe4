/** A private key whose lines stand one below the other in a log is taken out whole. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesOf, runFlow } from '../flow.ts'

const BODY = ['MIIEowIBAAKCAQEA1c7Zq', '9xk2JcZ0aVbT5y8QwErTyUiOpAsDf', '0ZxCvBnMqWeRtY+/AbCd==']

for (const head of [
  '2026-11-21 10:00:00 INFO loaded key -----BEGIN RSA PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----',
]) {
  for (const useLane of [true, false]) {
    test(`${head.slice(0, 12)}… lane ${useLane}`, () => {
      const lines = [
        '2026-11-21 09:59:59 INFO before',
        head,
        ...BODY,
        '-----END RSA PRIVATE KEY-----',
        '{"msg":"after"}',
        '',
      ]
      const { batches } = runFlow(Buffer.from(lines.join('\n')), useLane)
      const entries = entriesOf(batches)
      assert.equal(entries.length, 3)
      for (const part of BODY) assert.ok(!entries.join().includes(part), part)
    })
  }
}
