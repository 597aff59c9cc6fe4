/** Small programs that log to Loki and end in a hurry, run as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createServer } from '../../loki/server/server.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'longship-logger-'))
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** `body` sees `logger`, which writes to Loki at `url` only, with its spool in `spool`. */
export function runProgram(
  url: string,
  spool: string,
  body: string,
  killAfterLine?: NodeJS.Signals,
  before = '',
): Promise<Ended> {
  const text = `
    import { createLogger, lokiTransport } from ${JSON.stringify(join(ROOT, 'logger/index.ts'))}
    ${before}
    const transport = lokiTransport({ url: ${JSON.stringify(url)}, spool: ${JSON.stringify(spool)}, service: 'prog', onProblem: () => {} })
    const logger = createLogger({ service: 'prog', format: 'json', transports: [transport] })
    ${body}`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', text], { cwd: ROOT })
  let stderr = ''
  child.stderr.on('data', (part: Buffer) => {
    stderr += String(part)
  })
  if (killAfterLine !== undefined) child.stdout.once('data', () => child.kill(killAfterLine))
  return ended(child).then(([code, signal]) => ({ code, signal, stderr }))
}

export interface Loki {
  readonly url: string
  /** Lines in Loki that match, as records. */
  records(selector?: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export async function startLoki(): Promise<Loki> {
  const server = createServer({ port: 0, data: 'memory', warn: () => {} })
  const { url } = await server.listen()
  return {
    url,
    async records(selector = '{service=~".+"}') {
      const query = new URLSearchParams({ query: selector, limit: '5000', since: '720h', direction: 'forward' })
      const answer = await fetch(`${url}/loki/api/v1/query_range?${query}`)
      const { data } = (await answer.json()) as { data: { result: { values: [string, string][] }[] } }
      return data.result
        .flatMap(({ values }) => values)
        .sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1))
        .map(([, line]) => JSON.parse(line) as Record<string, unknown>)
    },
    close: () => server.close(),
  }
}

/** Any program that sees longship/logger; the signal is sent when it says something on standard error. */
export function runNode(body: string, signal?: NodeJS.Signals): Promise<Ended & { readonly stdout: string }> {
  const text = `import { createLogger, lokiTransport } from ${JSON.stringify(join(ROOT, 'logger/index.ts'))}\n${body}`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', text], { cwd: ROOT })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (part: Buffer) => void (out.stdout += String(part)))
  child.stderr.on('data', (part: Buffer) => void (out.stderr += String(part)))
  if (signal !== undefined) child.stderr.once('data', () => child.kill(signal))
  return ended(child).then(([code, ending]) => ({ code, signal: ending, ...out }))
}

/** A program that does not end by itself, or by its signal, is what these tests are for. */
function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
  return new Promise((done) =>
    child.on('close', (code, signal) => {
      clearTimeout(late)
      done([code, signal])
    }),
  )
}
