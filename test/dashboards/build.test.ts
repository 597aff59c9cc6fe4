/** What is made from dashboards/: drift is found, and one entry of the objectives makes panels, rules, runbooks and tests. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { buildFiles, driftOf, lintFiles, SLO_FILE } from '../../dashboards/build.ts'
import { readSlos } from '../../dashboards/lib/slo.ts'
import { isTestPassed } from '../../loki/testing/outcome.ts'
import { runTestFile } from './runfile.ts'

const folder = mkdtempSync(join(tmpdir(), 'longship-dashboards-'))
after(() => rmSync(folder, { recursive: true }))

const files = buildFiles(readSlos(SLO_FILE))

test('what the repository holds is what its sources make', () => {
  assert.deepEqual(driftOf(files, '.'), { stale: [], leftover: [] })
})

describe('drift', () => {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const made = new Map([['loki/rules/a.yaml', '# generated\none\ntwo\n']])

  test('a file that is missing, changed, or longer', () => {
    const says = () => driftOf(made, folder).stale.map((each) => each.says)
    assert.deepEqual(says(), ['is not there'])
    write('loki/rules/a.yaml', '# generated\nONE\ntwo\n')
    assert.deepEqual(says(), ['line 2 differs'])
    write('loki/rules/a.yaml', '# generated\none\ntwo\nthree\n')
    assert.deepEqual(says(), ['line 4 differs'])
    write('loki/rules/a.yaml', '# generated\none\ntwo\n')
    assert.deepEqual(says(), [])
  })

  test('what was made once is left over; what others wrote is theirs', () => {
    const [path, text] = [...files].find(([name]) => name.startsWith('docs/runbooks/'))!
    const [board, json] = [...files].find(([name]) => name.startsWith('grafana/dashboards/'))!
    for (const [name, content] of [
      [path, text],
      [board, json],
    ] as const)
      write(name, content)
    write('docs/runbooks/ours.md', '# Ours\n')
    write('loki/rules/ours.yaml', 'groups: []\n')
    assert.deepEqual(driftOf(made, folder).leftover, [path, board].sort())
  })
})

describe('objectives', () => {
  const path = join(folder, 'slos.yaml')
  const read = (text: string) => {
    writeFileSync(path, text)
    return readSlos(path)
  }
  const ENTRY = `slos:
  - name: checkout
    description: Orders that are paid.
    service: shop
    events: event="checkout"
    slower_than_ms: 250
    objective: 99.9
    examples: { good: { event: checkout, duration_ms: 100 }, bad: { event: checkout, duration_ms: 400 } }
`

  test('one entry makes panels, rules, runbooks, and tests that pass', async () => {
    const made = buildFiles(read(ENTRY))
    assert.deepEqual(lintFiles(made), [])
    for (const [name, text] of made) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const titles = JSON.parse(made.get('grafana/dashboards/longship-slo.json')!).panels.map(
      ({ title }: { title: string }) => title,
    )
    assert.deepEqual(titles, ['checkout: 99.9 %', 'checkout: attained', 'checkout: budget left', 'checkout: burn rate'])
    for (const name of ['fast', 'slow', 'budget']) assert.ok(made.has(`docs/runbooks/checkout-${name}-burn.md`))
    const { tests, problems } = await runTestFile(join(folder, 'test/rules/slo-checkout.test.yaml'))
    assert.deepEqual([problems.length, tests.length, tests.filter(isTestPassed).length], [0, 6, 6])
  })

  test('examples that the filters do not tell apart fail the tests', async () => {
    const made = buildFiles(read(ENTRY.replace('duration_ms: 400', 'duration_ms: 200')))
    for (const [name, text] of made) writeFileSync(join(folder, name), text)
    const { tests } = await runTestFile(join(folder, 'test/rules/slo-checkout.test.yaml'), (name) =>
      name.includes('FastBurn fires'),
    )
    assert.deepEqual(tests.map(isTestPassed), [false])
  })

  for (const [from, to, says] of [
    ['slos:', 'objectives:', 'there must be a list "slos"'],
    ['name: checkout', 'name: Checkout', 'slos[0].name must match'],
    ['objective: 99.9', 'objective: 100', 'slos[0].objective must be a percentage between 0 and 100, not 100'],
    ['objective: 99.9', 'goal: 99.9', 'slos[0].goal is not known. Known: name'],
    ['slower_than_ms: 250', 'slower_than_ms: -1', 'slos[0].slower_than_ms must be milliseconds'],
    ['slower_than_ms: 250', 'slower_than_ms: 250\n    bad: status="500"', 'either bad or slower_than_ms'],
    ['examples: { good', 'examples: { fine', 'slos[0].examples.good must name fields'],
  ] as const) {
    test(`${to.split('\n').at(-1)!.trim()}: ${says}`, () => {
      assert.throws(
        () => read(ENTRY.replace(from, to)),
        (error: Error) => error.message.includes(says),
      )
    })
  }

  test('a name twice', () => {
    const again = ENTRY.slice(ENTRY.indexOf('\n') + 1)
    assert.throws(() => read(ENTRY + again), /slos\[1\]\.name: checkout is there twice/)
  })
})
