/** Every query of every panel, with its variables filled in, on the samples of the five systems: no error, and data. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SLO_FILE } from '../../dashboards/build.ts'
import { dashboardsFor } from '../../dashboards/index.ts'
import { SEARCH } from '../../dashboards/lib/logql.ts'
import { readSlos } from '../../dashboards/lib/slo.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import type { Target, TestAnswer } from '../../loki/testing/target.ts'
import { substitute, type Variable } from '../../loki/testing/variables.ts'
import { END, openSamples, START } from './samples.ts'

/** Panels that the samples leave empty, and why that is right. Anything else must show data. */
const EMPTY: ReadonlyMap<string, string> = new Map([
  ['longship-nodes / Nodes without an end', 'every node of the samples ends: values.test.yaml has one that does not'],
  ['longship-quality / Started, never ended', 'as above'],
  [
    'longship-quality / Operations without an end',
    'every operation of the samples ends: values.test.yaml has one that does not',
  ],
])

/** Text boxes that show nothing until someone fills them in. */
const SAMPLE_VALUES: ReadonlyMap<string, string> = new Map([['id', 'msg_456_1735167345']])

const STEP_MS = 60_000
const NANOS_PER_MS = 1_000_000n

let loki: Target
before(async () => {
  loki = await openSamples()
})
after(() => loki.close())

const stale = new Set(EMPTY.keys())

for (const dashboard of dashboardsFor(readSlos(SLO_FILE))) {
  const variables = chosen(dashboard.variables ?? [])
  describe(dashboard.title, () => {
    for (const panel of dashboard.rows.flatMap(({ panels }) => panels)) {
      if (panel.kind === 'text') continue
      test(panel.title, async () => {
        const name = `${dashboard.uid} / ${panel.title}`
        for (const { expr, isInstant = false } of panel.queries) {
          const query = substitute(expr, variables, times(isInstant))
          const parsed = parseQuery(query)
          assert.equal(parsed.kind === 'log', panel.kind === 'logs', 'log queries in log panels, metrics in others')
          const answer = await ask(query, isInstant)
          if (EMPTY.has(name)) stale.delete(name)
          else assert.ok(sizeOf(answer) > 0, `no data: ${query}`)
          for (const { samples } of answer.kind === 'streams' ? [] : answer.series) {
            assert.ok(
              samples.every(({ value }) => Number.isFinite(value)),
              `a value that is no number: ${query}`,
            )
          }
        }
      })
    }
  })
}

test('every panel that is said to be empty exists', () => {
  assert.deepEqual([...stale], [])
})

test('what is typed into the search box is what is searched for, single quotes as well', () => {
  for (const typed of ["can't", 'a.*b', '\\d+ ms', 'say "no"']) {
    const variables = new Map([['search', { values: [typed], isMulti: false }]])
    assert.equal(substitute(SEARCH, variables, times(false)), `|~ \`(?i)${typed}\``)
  }
})

function chosen(own: readonly { readonly name: string; readonly value: string }[]): ReadonlyMap<string, Variable> {
  const all = (value: string) => ({ values: [value], isMulti: true, isRaw: true })
  return new Map<string, Variable>([
    ['env', all('.*')],
    ['service', all('.+')],
    ['node', all('.*')],
    ['level', all('.*')],
    ['search', { values: [''], isMulti: false }],
    ...own.map(({ name, value }) => [name, { values: [SAMPLE_VALUES.get(name) ?? value], isMulti: false }] as const),
  ])
}

function times(isInstant: boolean) {
  const startMs = Number(START / NANOS_PER_MS)
  const endMs = Number(END / NANOS_PER_MS)
  return { intervalMs: STEP_MS, rangeMs: endMs - startMs, isInstant, startMs, endMs }
}

function ask(query: string, isInstant: boolean): Promise<TestAnswer> {
  if (isInstant) return loki.instant(query, END)
  return loki.range({ query, start: START, end: END, stepMs: STEP_MS, limit: 500, isForward: false })
}

function sizeOf(answer: TestAnswer): number {
  return answer.kind === 'streams' ? answer.entries.length : answer.series.length
}
