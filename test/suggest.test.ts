import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from '../shipper/formats/index.ts'
import { REDACT_RULES } from '../shipper/redact/redact.ts'
import { didYouMean } from '../shipper/suggest.ts'

const names = formats.map(({ name }) => name)

const MEANT: readonly (readonly [written: unknown, known: readonly string[], meant: string])[] = [
  ['ngnix', names, 'nginx_error'],
  ['Nginx', names, 'nginx_error'],
  ['jsno', names, 'json'],
  ['lofmt', names, 'logfmt'],
  ['postgres', names, 'postgresql'],
  ['tomact', names, 'tomcat'],
  ['spring', names, 'spring_boot'],
  ['passwords', REDACT_RULES, 'password'],
  ['github', REDACT_RULES, 'github_token'],
  ['shp', ['ship', 'serve', 'up'], 'ship'],
  ['k8s', names, ''],
  ['up', ['ship', 'serve'], ''],
  ['x', ['a', 'b'], ''],
  ['', names, ''],
  [7, names, ''],
  ['nginx', [], ''],
  ['q'.repeat(5000), names, ''],
]

test('a name that was meant is found by typing errors of its length, and by its parts', () => {
  for (const [written, known, meant] of MEANT) {
    const expected = meant === '' ? '' : ` Did you mean "${meant}"?`
    assert.equal(didYouMean(written, known), expected, String(written).slice(0, 40))
  }
})
