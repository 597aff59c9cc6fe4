/**
 * What a real Promtail makes of the samples with promtail/promtail.yaml, recorded for test/stack/agents.test.ts:
 * node --import tsx scripts/stack/promtail.ts /path/to/promtail
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { createServer } from '../../loki/server/server.ts'
import { allStages } from '../../stack/agents/jobs.ts'
import { writeContainers } from './containers.ts'
import { entriesOf, factsOf, TAKES_ALL } from './entries.ts'
import { shapeOf } from './shape.ts'

const QUIET_MS = 5000
const folder = mkdtempSync(join(tmpdir(), 'longship-promtail-'))
const server = createServer({
  port: 0,
  data: 'memory',
  limits: TAKES_ALL,
})
const { url } = await server.listen()
writeContainers(join(folder, 'containers'))
writeFileSync(join(folder, 'promtail.yaml'), stringify(configuration()))
const promtail = spawn(process.argv[2] ?? 'promtail', ['-config.file', join(folder, 'promtail.yaml')], {
  stdio: 'inherit',
})
try {
  let seen = -1
  for (let entries = await entriesOf(url); entries.length !== seen || seen === 0; entries = await entriesOf(url)) {
    seen = entries.length
    await sleep(QUIET_MS)
  }
  writeFileSync(
    'test/stack/promtail.sha256',
    `${shapeOf(allStages())}
`,
  )
  writeFileSync('test/stack/promtail.json', `${factsOf(await entriesOf(url))}\n`)
} finally {
  promtail.kill('SIGTERM')
  await once(promtail, 'exit')
  await server.close()
  rmSync(folder, { recursive: true })
}

/** As generated, with this machine's paths and ports. */
function configuration(): object {
  const config = parse(readFileSync('promtail/promtail.yaml', 'utf8'))
  config.server = { http_listen_address: '127.0.0.1', http_listen_port: 0, grpc_listen_port: 0, log_level: 'warn' }
  config.positions.filename = join(folder, 'positions.yaml')
  config.clients[0].url = `${url}/loki/api/v1/push`
  const targets = config.scrape_configs[0].static_configs
  targets[0].labels.__path__ = join(folder, 'containers', '*', '*-json.log')
  targets[1].labels.__path__ = join(folder, 'files', '*.log')
  return config
}
