import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coloursFor } from '../../shipper/terms/colours.ts'

const cases: readonly (readonly [string, Record<string, string>, boolean, boolean])[] = [
  ['on a terminal', {}, true, true],
  ['in a pipe', {}, false, false],
  ['in a pipe of a CI, which programs read', { CI: 'true', GITHUB_ACTIONS: 'true' }, false, false],
  ['on a terminal that takes none', { TERM: 'dumb' }, true, false],
  ['NO_COLOR', { NO_COLOR: '1' }, true, false],
  ['NO_COLOR, empty', { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, false],
  ['both', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
]

for (const [what, env, isTerminal, coloured] of cases) {
  test(`${what}: ${coloured ? 'colours' : 'none'}`, () => {
    assert.equal(coloursFor(env, isTerminal).bold('x') !== 'x', coloured)
  })
}
