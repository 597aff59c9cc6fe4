/** The JSON Schemas take what the readers take, refuse what they refuse, and the guide explains every key. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { globSync } from 'tinyglobby'
import { parse } from 'yaml'
import { RULE_FILE } from '../../loki/server/ruler/rulefile.ts'
import { TEST_FILE } from '../../loki/testing/testfile.ts'
import type { Shape } from '../../loki/yaml/shape.ts'
import { readYaml } from '../../loki/yaml/source.ts'
import { readCase } from './corpus.ts'

const kinds: readonly (readonly [string, Shape<unknown>, (file: string) => boolean])[] = [
  ['test', TEST_FILE, (file) => file.endsWith('.test.yaml')],
  ['rules', RULE_FILE, (file) => /rules\.yaml$|^wrong\.yaml$/.test(file)],
]

const texts = [
  ...globSync('examples/tests/*.yaml').map((path) => [path, readFileSync(path, 'utf8')] as const),
  ...globSync('test/testing/*.txt').flatMap((path) =>
    [...readCase(path).files].map(([name, text]) => [name, text, path] as const),
  ),
]

for (const [name, shape, isOne] of kinds) {
  const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true, formats: { 'date-time': true } })
  const validate = ajv.compile(JSON.parse(readFileSync(`schema/${name}.schema.json`, 'utf8')) as object)
  test(`schema/${name}.schema.json agrees with the reader`, () => {
    const seen = texts.filter(([file, , path]) => isOne(file) && !/not-yaml|laughs|itself/.test(path ?? ''))
    assert.ok(seen.length > 3)
    for (const [file, text, path = file] of seen) {
      const { root } = readYaml(text)
      const isTaken = root !== undefined && shape.read(root) !== undefined
      const isValid = validate(parse(text, { merge: true }))
      assert.equal(isValid, isTaken, `${path}: ${ajv.errorsText(validate.errors)}`)
    }
  })
}

test('docs/testing.md explains every key of a test file', () => {
  const guide = readFileSync('docs/testing.md', 'utf8')
  const names = new Set<string>()
  const collect = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name)
      collect(value)
    }
  }
  collect(TEST_FILE.schema)
  assert.deepEqual(
    [...names].filter((name) => !guide.includes(`\`${name}\``)),
    [],
  )
})
