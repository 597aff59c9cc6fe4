/** The checks of scripts/smoke.ts, against the embedded server; and that they fail where something is missing. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { lokiChecks } from '../../scripts/smoke/loki.ts'
import { run } from '../../scripts/smoke/run.ts'

const server = createServer({ port: 0, data: 'memory', limits: { max_query_length: 0 } })
after(() => server.close())

test('all checks of Loki hold for the embedded server, but for rules it was not given', async () => {
  const { url } = await server.listen()
  const checks = lokiChecks(url, false).map((check) => ({ ...check, withinMs: Math.min(check.withinMs, 5000) }))
  const results = await run(checks)
  const failed = results.filter(({ problem }) => problem !== undefined)
  assert.deepEqual(
    failed.map(({ name, problem }) => `${name}: ${problem}`),
    ['rules are loaded, and none is broken: no rules'],
  )
})
