/** What the documents tell people to type and to open exists: commands, options, scripts, formats, links, settings. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { globSync } from 'tinyglobby'
import { parse } from 'yaml'
import { readEnvironment } from '../shipper/config/environment.ts'
import { loadConfig } from '../shipper/config.ts'
import { formats } from '../shipper/formats/index.ts'

const documents = globSync(['*.md', 'docs/*.md', 'shipper/*.md', 'test/**/*.md', '.github/**/*.md'], {
  dot: true,
}).sort()
const texts = new Map(documents.map((path) => [path, readFileSync(path, 'utf8')]))
const readme = texts.get('README.md')!
const formatNames = formats.map(({ name }) => name)

test('relative links lead to files, and to headings where they name one', () => {
  const broken: string[] = []
  for (const [path, text] of texts) {
    for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?|mailto):/.test(target!)) continue
      const [file, heading] = target!.split('#')
      const found = file === '' ? path : normalize(join(dirname(path), file!))
      const isThere = existsSync(found) && (!heading || headings(readFileSync(found, 'utf8')).includes(heading))
      if (!isThere) broken.push(`${path} → ${target}`)
    }
  }
  assert.deepEqual(broken, [])
})

test('commands and their options exist', async () => {
  const known = new Map<string, string>()
  for (const [, name] of readFileSync('shipper/cli.ts', 'utf8').matchAll(/commands\/([\w-]+)\.ts/g)) {
    const help = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'shipper/cli.ts', name!, '--help'])
    known.set(name!, help.stdout)
  }
  const wrong: string[] = []
  for (const [path, text] of texts) {
    for (const [shown, command] of codeOf(text).matchAll(/(?:npx |^|`|cli\.js )longship ([a-z]\S*)[^\n`|&#]*/gm)) {
      const help = known.get(command!)
      if (help === undefined) wrong.push(`${path}: ${shown}: no such command`)
      for (const [option] of shown.replace(/'[^']*'/g, '').matchAll(/--[a-z][\w-]+/g)) {
        if (help !== undefined && !help.includes(option)) wrong.push(`${path}: ${shown}: no option ${option}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
  for (const name of known.keys())
    assert.match(readme, new RegExp(`\`longship ${name}\\b`), 'README lists every command')
})

test('npm scripts exist', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  const named = [...texts.values()].flatMap((text) =>
    [...text.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name!),
  )
  assert.deepEqual(
    [...new Set(named)].filter((name) => !(name in scripts)),
    [],
  )
  assert.ok('start' in scripts && 'test' in scripts)
})

test('CI runs the test command that the README gives', () => {
  assert.match(readme, /^npm ci && npm test\b/m)
  assert.match(readFileSync('.ci/run', 'utf8'), /^npm ci && npm test$/m)
  assert.match(readFileSync('.ci/run', 'utf8'), /^npm run check$/m)
  assert.match(readFileSync('.github/workflows/ci.yml', 'utf8'), /run: \.ci\/run$/m)
})

test("formats in the README's table exist", () => {
  const table = /\| family \|[\s\S]*?\n\n/.exec(readme)![0]
  const named = [...table.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
  assert.ok(named.length > 40)
  assert.deepEqual(
    named.filter((name) => !formatNames.includes(name as never)),
    [],
  )
})

test('every format is named in docs/formats.md', () => {
  const list = texts.get('docs/formats.md')!
  assert.deepEqual(
    formatNames.filter((name) => !list.includes(`| \`${name}\` |`)),
    [],
  )
})

test('example configurations are valid, and variables in the README are read', () => {
  const yaml = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!)
  for (const text of [readFileSync('longship.example.yaml', 'utf8'), ...yaml]) {
    const config = loadConfig({ path: 'longship.yaml', readFile: () => text, knownFormats: formatNames })
    assert.ok(config.sources.length > 0)
    assert.equal(typeof parse(text), 'object')
  }
  const variables = new Set([...readme.matchAll(/\bLOKI_[A-Z_]+\b/g)].map(([name]) => name))
  const read = (name: string) => [...readEnvironment({ [name]: 'x' })].length > 0
  assert.ok(variables.size >= 6)
  assert.deepEqual(
    [...variables].filter((name) => !read(name)),
    [],
  )
})

/** Code blocks and `code`, a line each. */
function codeOf(text: string): string {
  const blocks = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map(([, code]) => code!.replaceAll(/^\$ /gm, ''))
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
  return [...blocks, ...spans].join('\n')
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Headings as GitHub makes links of them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
