/** Every pipeline stage against what a real Loki 3.7.6 made of the same entries: corpora under stages/, text to add to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { globSync } from 'tinyglobby'
import { readCases } from './stages/corpus.ts'
import { outcomeOf } from './stages/outcome.ts'

for (const file of globSync('test/loki/stages/*.txt').sort()) {
  const cases = readCases(file)
  test(`${file}: ${cases.length} entries`, () => {
    assert.ok(cases.length > 50, 'a corpus that lost its cases proves nothing')
    const wrong = cases.flatMap((each) => {
      const got = outcomeOf(each)
      return got === each.expected
        ? []
        : [`${each.where}: ${each.query}\n${each.line}\n${got}\nexpected\n${each.expected}`]
    })
    assert.deepEqual(wrong, [])
  })
}
