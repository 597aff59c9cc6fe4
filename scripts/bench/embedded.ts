/** An embedded server with the bench's corpus in it, shipped as it is for a user. Needs Linux (/proc) for the memory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PRODUCERS, writeCorpusFile } from './corpus.ts'

/** Loading is not what is measured: no limit holds it up. Series as docs/dashboards.md says. */
const SETTINGS = `limits_config:
  ingestion_rate_mb: 1000
  ingestion_burst_size_mb: 1000
  per_stream_rate_limit: 1GB
  per_stream_rate_limit_burst: 1GB
  max_query_series: 100000
`

const ROOT = dirname(dirname(import.meta.dirname))
const CLI = join(ROOT, 'dist', 'cli.js')

export interface Loaded {
  readonly url: string
  /** Milliseconds since 1970; the corpus lies in the hour before it. */
  readonly now: number
  readonly files: readonly string[]
  memoryMb(field?: 'VmRSS' | 'VmHWM'): number
  /** What the server has used so far: unlike seconds on the clock it says little of what else the machine does. */
  cpuSeconds(): number
}

/** `lines` in all. The server and its folder are gone afterwards. */
export async function withCorpus(lines: number, seed: number, use: (loaded: Loaded) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-bench-query-'))
  const server = spawn(process.execPath, serveArgs(folder), { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const url = await listening(server)
    const now = Date.now()
    const each = Math.ceil(lines / PRODUCERS.length)
    const files = PRODUCERS.map((producer) => writeCorpusFile(folder, producer, each, now, seed))
    await ship(url, files)
    await use({
      url,
      now,
      files,
      memoryMb: (field = 'VmRSS') => memoryMb(server.pid!, field),
      cpuSeconds: () => cpuSeconds(server.pid!),
    })
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

function serveArgs(folder: string): string[] {
  const config = join(folder, 'loki.yaml')
  writeFileSync(config, SETTINGS)
  return [CLI, 'serve', '--port', '0', '--data', join(folder, 'data'), '--max-memory', '2GB', '--config', config]
}

async function listening(server: ChildProcess): Promise<string> {
  let said = ''
  for (;;) {
    const [chunk] = (await once(server.stderr!, 'data')) as [Buffer]
    said += chunk.toString()
    const url = /http:\/\/[0-9.]+:\d+/.exec(said)?.[0]
    if (url !== undefined) {
      server.stderr!.resume()
      return url
    }
  }
}

/** migratekit's lines are logfmt as they stand: they are kept as they are, so that `| logfmt` has something to read. */
export async function ship(to: string, files: readonly string[]): Promise<void> {
  const isLogfmt = (file: string) => file.includes('migratekit')
  await run(['ship', '--once', '--to', to, ...files.filter((file) => !isLogfmt(file))])
  await run(['ship', '--once', '--to', to, '--line', 'original', ...files.filter(isLogfmt)])
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`longship ${args.slice(0, 4).join(' ')} … ended with ${code}: ${said.slice(-2000)}`)
}

/** User and system time, in ticks of a hundredth of a second (proc(5)). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** What a process holds (VmRSS) or held at most (VmHWM). */
function memoryMb(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
}
