import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import {
  LEVELS,
  type LevelMatch,
  type LevelScale,
  levelLetter,
  levelWord,
  readLevel,
} from '../../shipper/terms/level.ts'

const written = (match: LevelMatch | undefined) =>
  match === undefined ? 'no' : `${match.exact ? '' : '~'}${match.level}`

test('level.txt: spelling by spelling, also as numbers', () => {
  const wrong: string[] = []
  for (const line of readFileSync(`${import.meta.dirname}/level.txt`, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [raw = '', scaleName = '', expected = ''] = line.split('|').map((part) => part.trim())
    const scale = scaleName === '' ? undefined : (scaleName as LevelScale)
    if (written(readLevel(raw, scale)) !== expected) wrong.push(`${line}, got ${written(readLevel(raw, scale))}`)
    const number = Number(raw)
    if (raw !== '' && Number.isInteger(number) && written(readLevel(number, scale)) !== expected)
      wrong.push(`${line} as number`)
  }
  assert.deepEqual(wrong, [])
})

test('the levels themselves are exact, in any case', () => {
  for (const level of LEVELS) {
    if (level === 'unknown') continue
    assert.deepEqual(readLevel(level), { level, exact: true })
    assert.deepEqual(readLevel(level.toUpperCase()), { level, exact: true })
    assert.deepEqual(levelWord(level), { level, exact: true })
  }
  assert.equal(readLevel('unknown'), undefined)
  assert.equal(levelLetter('W')?.level, 'warn')
  assert.equal(levelLetter('x'), undefined)
})

test('anything: no throw, and the second answer is the first', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 60 }), fc.double(), fc.integer()), (raw) => {
      assert.deepEqual(readLevel(raw), readLevel(raw))
    }),
    { numRuns: 5000 },
  )
})
