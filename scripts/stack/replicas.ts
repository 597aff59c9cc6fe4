/**
 * Three real Lokis with loki/loki.ha.yaml, one of them killed while Longship ships; every line must be there afterwards, also
 * when all three have been stopped and started again. Needs a Loki and an nginx; the object store is scripts/stack/objects.ts:
 * node --import tsx scripts/stack/replicas.ts /path/to/loki
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import { runShipping } from '../../shipper/shipping.ts'
import { createLog } from '../../shipper/telemetry.ts'
import { createObjects } from './objects.ts'

const LINES = 200_000
const FIRST_PORT = 24_100
const BALANCER_PORT = 24_090
const OBJECTS_PORT = 24_080
const READY_WITHIN_MS = 120_000
const KILL_AFTER_MS = 1500

const STORE = {
  LOKI_S3_ENDPOINT: `127.0.0.1:${OBJECTS_PORT}`,
  LOKI_S3_ACCESS_KEY: 'anything',
  LOKI_S3_SECRET_KEY: 'goes',
}

const loki = process.argv[2] ?? 'loki'
const folder = mkdtempSync(join(tmpdir(), 'longship-replicas-'))
const replicas = [0, 1, 2].map((at) => ({
  name: `loki-${at + 1}`,
  http: FIRST_PORT + at,
  grpc: FIRST_PORT + 10 + at,
  gossip: FIRST_PORT + 20 + at,
}))
type Replica = (typeof replicas)[number]
const balancer = `http://127.0.0.1:${BALANCER_PORT}`

const objects = createObjects()
objects.listen(OBJECTS_PORT, '127.0.0.1')
let running: ChildProcess[] = []
let nginx: ChildProcess | undefined
try {
  await startAll()
  nginx = startBalancer()
  const lines = writeLines()
  const shipping = ship()
  await sleep(KILL_AFTER_MS)
  running[1]!.kill('SIGKILL')
  const { summary } = await shipping
  console.log(
    `shipped while loki-2 was killed: read ${summary.read}, delivered ${summary.delivered}, problems ${summary.problems.length}`,
  )
  await report('two of three', lines)
  await stop(running)
  await startAll()
  await report('all three, started again', lines)
} finally {
  nginx?.kill('SIGTERM')
  await stop(running)
  objects.close()
  if (process.exitCode === undefined) rmSync(folder, { recursive: true, force: true })
}

async function report(when: string, wanted: number): Promise<void> {
  const found = await count()
  console.log(`${when}: ${found} of ${wanted} lines`)
  if (found !== wanted) process.exitCode = 1
}

async function startAll(): Promise<void> {
  running = replicas.map(startLoki)
  const deadline = Date.now() + READY_WITHIN_MS
  for (const { name, http } of replicas) {
    while (!(await isReady(`http://127.0.0.1:${http}/ready`))) {
      if (Date.now() > deadline || running.some(({ exitCode }) => exitCode !== null))
        throw new Error(`${name} is not ready: ${folder}/${name}.log`)
      await sleep(500)
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}

function startLoki(replica: Replica): ChildProcess {
  const data = join(folder, replica.name)
  mkdirSync(data, { recursive: true })
  const text = readFileSync('loki/loki.ha.yaml', 'utf8').replaceAll('/loki/', `${data}/`)

  const config = parse(text)
  Object.assign(config.server, { http_listen_port: replica.http, grpc_listen_port: replica.grpc, log_level: 'warn' })
  Object.assign(config.server, { http_listen_address: '127.0.0.1', grpc_listen_address: '127.0.0.1' })
  Object.assign(config.common, {
    path_prefix: data,
    instance_addr: '127.0.0.1',
    compactor_grpc_address: `127.0.0.1:${replicas[0]!.grpc}`,
  })
  config.common.ring.instance_port = replica.grpc
  const gossips = replicas.map(({ gossip }) => `127.0.0.1:${gossip}`)
  Object.assign(config.memberlist, {
    bind_addr: ['127.0.0.1'],
    bind_port: replica.gossip,
    advertise_addr: '127.0.0.1',
    advertise_port: replica.gossip,
    join_members: gossips,
  })
  config.ruler_storage.local.directory = join(folder, 'rules')
  config.runtime_config.file = join(process.cwd(), 'loki/overrides.yaml')
  const file = join(folder, `${replica.name}.yaml`)
  writeFileSync(file, stringify(config))
  const mode = replica.name === 'loki-1' ? 'main' : 'worker'
  return spawn(
    'sh',
    ['-c', `exec "$0" -config.file="${file}" -config.expand-env=true -target=all >> "${data}.log" 2>&1`, loki],
    {
      env: { ...STORE, LOKI_INSTANCE_ID: replica.name, LOKI_COMPACTOR_MODE: mode },
    },
  )
}

/** stack/nginx.conf, with this machine's addresses; `resolve` is for names that change theirs. */
function startBalancer(): ChildProcess {
  let text = readFileSync('stack/nginx.conf', 'utf8')
    .replace(/^ *resolver .*$/m, '')
    .replaceAll(' resolve', '')
  for (const { name, http } of replicas) text = text.replaceAll(`${name}:3100`, `127.0.0.1:${http}`)
  text = text.replace('listen 3100', `listen 127.0.0.1:${BALANCER_PORT}`).replaceAll('/tmp/', `${folder}/`)
  writeFileSync(join(folder, 'nginx.conf'), text)
  return spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'inherit' })
}

function writeLines(): number {
  const now = Date.now()
  const lines = Array.from({ length: LINES }, (_, at) =>
    JSON.stringify({
      time: new Date(now - LINES + at).toISOString(),
      level: 'info',
      service: `s${at % 7}`,
      msg: `line ${at}`,
      number: at,
    }),
  )
  writeFileSync(join(folder, 'numbered.log'), `${lines.join('\n')}\n`)
  return LINES
}

async function ship() {
  const config = loadConfig({
    env: {},
    flags: {
      loki: { url: balancer },
      sources: [{ path: [join(folder, 'numbered.log')] }],
      // Slow enough for the kill to come in the middle.
      push: { dead_letter: 'off', rate_limit_bytes: '6MB' },
      telemetry: { listen: 'off' },
    },
  })
  return runShipping({
    config,
    once: true,
    positions: undefined,
    log: createLog({ level: 'warn' }),
    showProgress: false,
    assemble,
  })
}

/** Lines, not pushes: replicas and repeated batches hold some of them twice, log queries show each once. */
async function count(): Promise<number> {
  const query = 'sum(count_over_time({service=~"s.*"}[2h]))'
  const response = await fetch(`${balancer}/loki/api/v1/query?${new URLSearchParams({ query })}`)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? 0)
}

async function stop(processes: readonly ChildProcess[]): Promise<void> {
  const alive = processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  for (const each of alive) each.kill('SIGTERM')
  await Promise.all(alive.map((each) => once(each, 'exit')))
}
