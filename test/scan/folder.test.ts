/** The watched folder: what editors do to files, half-written ones, bounds, and file systems that tell nothing. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openRulebook } from '../../shipper/scan/rulebook.ts'
import { createScanner } from '../../shipper/scan/scanner.ts'
import { until } from '../faults/harness.ts'
import { ENDLESS, recordOf, temporary } from './rules.ts'

/** `told: false`: only looking finds what changes, when `refresh` is called. */
function open(t: TestContext, { told = false, exists = true } = {}) {
  const home = temporary(t)
  const folder = join(home, 'rules')
  if (exists) mkdirSync(folder)
  const problems: string[] = []
  const openBook = () =>
    openRulebook({
      configured: [],
      folder,
      stateFile: join(home, 'state.json'),
      now: () => 0,
      onProblem: (path, message) => problems.push(`${path.replace(folder, '')}: ${message}`),
      watch: told ? { quietMs: 20, pollMs: 50 } : { quietMs: 3_600_000, pollMs: 3_600_000 },
    })
  const book = openBook()
  t.after(() => book.close())
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const ids = () => book.list().map(({ id }) => id)
  return { book, folder, problems, put, ids, openBook }
}

const RULES = (...names: string[]) =>
  `rules:\n${names.map((name) => `  - { name: ${name}, pattern: ${name} }\n`).join('')}`

test('*.yaml and *.yml are read, by name; others are not; tests beside the rules are left to `longship rules test`', (t) => {
  const { book, put, ids, problems } = open(t)
  put('b.yml', RULES('three'))
  put('a.yaml', `${RULES('one', 'two')}tests:\n  - { line: one, hits: [{ rule: one }] }\n`)
  put('.hidden.yaml', RULES('hidden'))
  put('a.yaml~', RULES('backup'))
  put('only-tests.yaml', 'rule_files: [a.yaml]\ntests: []\n')
  put('note.txt', 'not yaml')
  book.refresh()
  assert.deepEqual(ids(), ['one', 'two', 'three'])
  assert.equal(book.get('one')?.file?.endsWith('a.yaml'), true)
  assert.deepEqual(problems, [])
})

test('a file that is saved again takes effect in one swap, a deleted one goes', (t) => {
  const { book, put, ids, folder } = open(t)
  put('a.yaml', RULES('one', 'two'))
  book.refresh()
  const { snapshot } = book
  put('a.yaml', RULES('three', 'four'))
  book.refresh()
  assert.deepEqual(ids(), ['three', 'four'])
  assert.equal(book.snapshot.version, snapshot.version + 1)
  assert.deepEqual(
    snapshot.views.map(({ id }) => id),
    ['one', 'two'],
  )
  book.refresh()
  assert.equal(book.snapshot.version, snapshot.version + 1, 'nothing new, no swap')
  rmSync(join(folder, 'a.yaml'))
  book.refresh()
  assert.deepEqual(ids(), [])
})

test('a half-written file keeps its last good version, and the problem is said once', (t) => {
  const { book, put, ids, problems } = open(t)
  put('a.yaml', RULES('one', 'two'))
  book.refresh()
  for (const half of ['', 'rules:\n  - { name: one, patt', 'rules:\n  - { name: one }\n', 'rules: x', '\u0000']) {
    put('a.yaml', half)
    problems.length = 0
    book.refresh()
    book.refresh()
    assert.deepEqual(ids(), ['one', 'two'], half)
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0], /^\/a\.yaml: .*\(its last good version stays in force\)/)
    assert.equal(book.problems.size, 1)
  }
  put('a.yaml', RULES('mended'))
  book.refresh()
  assert.deepEqual([ids(), book.problems.size], [['mended'], 0])
})

test('what is wrong is said with its place', (t) => {
  const { book, put, problems } = open(t)
  put('a.yaml', 'rules:\n  - { name: one, pattern: x }\n  - name: two\n    pattern: y\n    severity: wran\n')
  book.refresh()
  assert.match(problems.join(), /^\/a\.yaml: rules\[1\] \(line 3\): severity must not be "wran".*Did you mean "warn"/)
})

test('a rule that does not compile is left out, logged and shown; the others of its file are in force', (t) => {
  const { book, put, problems } = open(t)
  put('a.yaml', "rules:\n  - { name: bad, pattern: 'x(' }\n  - { name: good, pattern: y }\n")
  book.refresh()
  assert.deepEqual(
    book.effective('shop').map(({ id }) => id),
    ['good'],
  )
  assert.match(String(book.get('bad')?.error), /missing closing \)/)
  assert.match(problems.join(), /rule "bad" is left out: error parsing regexp/)
})

test('atomic saves by rename, and folders of links as Kubernetes mounts them, are noticed without asking', async (t) => {
  const { folder, put, ids } = open(t, { told: true })
  put('a.yaml', RULES('one'))
  await until(() => ids().join() === 'one', 'the first', 5000)
  put('.a.yaml.swp', RULES('two'))
  renameSync(join(folder, '.a.yaml.swp'), join(folder, 'a.yaml'))
  await until(() => ids().join() === 'two', 'the renamed', 5000)
  mkdirSync(join(folder, '..1'))
  mkdirSync(join(folder, '..2'))
  put('..1/b.yaml', RULES('three'))
  put('..2/b.yaml', RULES('four'))
  symlinkSync('..1', join(folder, '..data'))
  symlinkSync('..data/b.yaml', join(folder, 'b.yaml'))
  await until(() => ids().join() === 'two,three', 'the linked', 5000)
  symlinkSync('..2', join(folder, '..next'))
  renameSync(join(folder, '..next'), join(folder, '..data'))
  await until(() => ids().join() === 'two,four', 'the other link', 5000)
})

test('a folder that is not there yet, or goes, is found again by looking', (t) => {
  const { book, folder, put, ids, problems } = open(t, { exists: false })
  assert.match(problems.join(), /cannot be read: ENOENT/)
  mkdirSync(folder)
  put('a.yaml', RULES('one'))
  book.refresh()
  assert.deepEqual(ids(), ['one'])
  rmSync(folder, { recursive: true })
  book.refresh()
  assert.deepEqual(ids(), ['one'], 'a folder that cannot be looked into says nothing of its files')
})

test('bounds: long files, many files, things that are no files', (t) => {
  const { book, folder, put, ids, problems } = open(t)
  put('long.yaml', `${RULES('long')}#${'x'.repeat(300_000)}\n`)
  mkdirSync(join(folder, 'folder.yaml'))
  for (let n = 0; n < 210; n++) put(`many-${String(n).padStart(3, '0')}.yaml`, RULES(`r${n}`))
  book.refresh()
  assert.equal(ids().length, 198)
  assert.match(problems.join('\n'), /long\.yaml: is longer than 262144 bytes/)
  assert.match(problems.join('\n'), /folder\.yaml: is no file/)
  assert.match(problems.join('\n'), /holds 212 rule files; the first 200 are read/)
})

test('a file that had no room is in force as soon as others make room', (t) => {
  const { book, folder, put, ids, problems } = open(t)
  const many = (letter: string) => RULES(...Array.from({ length: 900 }, (_, i) => `${letter}${i}`))
  for (const letter of ['a', 'b', 'c']) put(`${letter}.yaml`, many(letter))
  book.refresh()
  assert.equal(ids().length, 1800)
  assert.match(problems.join('\n'), /c\.yaml: with it the folder has more than 2000 rules/)
  book.refresh()
  assert.equal(problems.length, 1)
  rmSync(join(folder, 'a.yaml'))
  book.refresh()
  assert.equal(ids().length, 1800)
  assert.ok(book.get('c899'))
})

test('aliases that unfold without end are refused', (t) => {
  const { book, put, ids, problems } = open(t)
  const levels = Array.from({ length: 9 }, (_, n) => `a${n}: &a${n} [${Array(9).fill(n === 0 ? 'x' : `*a${n - 1}`)}]`)
  put('bomb.yaml', `${levels.join('\n')}\nrules: *a8\n`)
  const begun = performance.now()
  book.refresh()
  assert.ok(performance.now() - begun < 5000)
  assert.deepEqual(ids(), [])
  assert.equal(problems.length, 1)
})

test('records that flow while files change see all of one version', (t) => {
  const { book, put } = open(t)
  put('a.yaml', RULES('one', 'two', 'three'))
  book.refresh()
  const seen: string[] = []
  const scanner = createScanner({
    rulebook: book,
    bucket: ENDLESS,
    now: () => 0,
    emit: ({ metadata }) => {
      // The worst moment: between two rules of one record.
      put('a.yaml', RULES('four', 'five'))
      book.refresh()
      seen.push(String(metadata.rule_id))
    },
  })
  const watch = scanner.watch('c')
  watch.see(recordOf('one two three four five'), '')
  assert.deepEqual(seen.splice(0), ['one', 'two', 'three'])
  watch.see(recordOf('one two three four five'), '')
  assert.deepEqual(seen, ['four', 'five'])
})

test('what cannot be looked at is said, ends nothing, and is read once it can be', (t) => {
  const { book, put, ids, problems, folder } = open(t)
  put('a.yaml', RULES('one'))
  symlinkSync('loop.yaml', join(folder, 'loop.yaml'))
  book.refresh()
  assert.deepEqual(ids(), ['one'])
  assert.match(problems.join('\n'), /^\/loop\.yaml: cannot be read: ELOOP/)
  book.refresh()
  assert.equal(problems.length, 1, 'said once')
  rmSync(join(folder, 'loop.yaml'))
  put('loop.yaml', RULES('two'))
  book.refresh()
  assert.deepEqual(ids(), ['one', 'two'])
})
