/**
 * What a real Promtail or a real Alloy makes of the samples with the configuration that is made for it, recorded for
 * test/stack/agents.test.ts: node --import tsx scripts/stack/record.ts promtail|alloy /path/to/it
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

interface Place {
  readonly folder: string
  /** Of the Loki that takes what is made. */
  readonly url: string
}

interface Agent {
  readonly file: string
  /** As generated, with this machine's paths and ports. */
  readonly configure: (place: Place) => string
  readonly argv: (place: Place, file: string) => string[]
}

const AGENTS: ReadonlyMap<string, Agent> = new Map([
  ['promtail', { file: 'promtail.yaml', configure: promtail, argv: (_, file) => ['-config.file', file] }],
  ['alloy', { file: 'config.alloy', configure: alloy, argv: alloyArgv }],
])

/** Longer than an agent waits for more lines of an event, and for more events of a batch. */
const QUIET_MS = 5000
/** No agent takes longer to say its first line, or all of them. */
const LIMIT_MS = 120_000

const [name = '', program = name] = process.argv.slice(2)
const agent = AGENTS.get(name)
if (agent === undefined) throw new Error(`usage: record.ts ${[...AGENTS.keys()].join('|')} /path/to/it`)
await record(agent)

async function record({ file, configure, argv }: Agent): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-agent-'))
  const server = createServer({ port: 0, data: 'memory', limits: TAKES_ALL })
  const place = { folder, url: (await server.listen()).url }
  writeContainers(join(folder, 'containers'))
  const path = join(folder, file)
  writeFileSync(path, configure(place))
  const child = spawn(program, argv(place, path), { stdio: 'inherit' })
  try {
    await quiet(place.url)
    writeFileSync(`test/stack/${name}.sha256`, `${shapeOf(allStages())}\n`)
    writeFileSync(`test/stack/${name}.json`, `${factsOf(await entriesOf(place.url))}\n`)
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    await server.close()
    rmSync(folder, { recursive: true })
  }
}

/** Until nothing more comes. */
async function quiet(url: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  for (let seen = 0; Date.now() < deadline; ) {
    await sleep(QUIET_MS)
    const { length } = await entriesOf(url)
    if (length === seen && seen > 0) return
    seen = length
  }
  throw new Error(`${name} said nothing, or did not end, in ${LIMIT_MS / 1000} s`)
}

function promtail({ folder, url }: Place): string {
  const config = parse(readFileSync('promtail/promtail.yaml', 'utf8'))
  config.server = { http_listen_address: '127.0.0.1', http_listen_port: 0, grpc_listen_port: 0, log_level: 'warn' }
  config.positions.filename = join(folder, 'positions.yaml')
  config.clients[0].url = `${url}/loki/api/v1/push`
  const targets = config.scrape_configs[0].static_configs
  targets[0].labels.__path__ = join(folder, 'containers', '*', '*-json.log')
  targets[1].labels.__path__ = join(folder, 'files', '*.log')
  return stringify(config)
}

function alloy({ folder, url }: Place): string {
  return readFileSync('promtail/config.alloy', 'utf8')
    .replaceAll('/var/lib/docker/containers', join(folder, 'containers'))
    .replaceAll('/var/log/longship', join(folder, 'files'))
    .replaceAll('http://loki:3100', url)
}

function alloyArgv({ folder }: Place, file: string): string[] {
  const flags = ['--server.http.listen-addr=127.0.0.1:0', `--storage.path=${join(folder, 'alloy')}`]
  return ['run', ...flags, '--disable-reporting', file]
}
