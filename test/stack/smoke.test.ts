/** The checks of scripts/smoke.ts, against the embedded server; and that they fail where something is missing. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { DEFAULT_SETTINGS } from '../../loki/server/settings.ts'
import { lokiChecks } from '../../scripts/smoke/loki.ts'
import { run } from '../../scripts/smoke/run.ts'

const PATIENCE_MS = 3000

test('all checks of Loki hold for the embedded server with the rules', async (context) => {
  assert.deepEqual(await failures(context, 'loki/rules'), [])
})

test('without rules the check of rules says so, and no other', async (context) => {
  assert.deepEqual(await failures(context, ''), ['rules are loaded, and none is broken: no rules'])
})

async function failures(context: TestContext, directory: string): Promise<string[]> {
  const server = createServer({
    port: 0,
    data: 'memory',
    settings: { ruler: { ...DEFAULT_SETTINGS.ruler, directory } },
  })
  context.after(() => server.close())
  const { url } = await server.listen()
  const checks = lokiChecks(url, false).map((check) => ({
    ...check,
    withinMs: Math.min(check.withinMs, PATIENCE_MS),
  }))
  const results = await run(checks)
  return results.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]))
}
