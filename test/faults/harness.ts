/**
 * Fault tests drive the built command line as a process of its own against a Loki double, and read back what it stored.
 * Nothing waits longer than it must: `until` polls, with a deadline that says what was waited for.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { build } from 'esbuild'
import type { Stored } from '../loki-double/rules.ts'

const ROOT = new URL('../..', import.meta.url).pathname

/** The command line as it is published, built apart from dist/ so that a build elsewhere does not pull it away. */
export const cli: string = await buildCli()

async function buildCli(): Promise<string> {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const root = mkdtempSync(join(cache, 'faults-'))
  process.on('exit', () => rmSync(root, { recursive: true, force: true }))
  // The version is read from the package.json above the bundle.
  symlinkSync(join(ROOT, 'package.json'), join(root, 'package.json'))
  const outdir = join(root, 'dist')
  await build({
    entryPoints: { cli: join(ROOT, 'shipper/cli.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  return join(outdir, 'cli.js')
}

/** A directory of the test's own, gone when its file is done. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'longship-faults-'))

  constructor() {
    after(() => rmSync(this.directory, { recursive: true, force: true }))
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** longship.yaml as JSON, which is YAML: quick retries, unless said otherwise. */
  config(settings: Record<string, unknown> = {}): string {
    const quick = { push: { retry: { min: '20ms', max: '200ms' } } }
    return this.write('longship.yaml', JSON.stringify({ ...quick, ...settings }))
  }

  /** The dead letters, both generations. */
  get deadLetters(): {
    reason: string
    timestamp: string
    line: string
    structured_metadata: Record<string, string>
  }[] {
    const folder = this.path('.longship')
    let names: string[] = []
    try {
      names = readdirSync(folder).filter((name) => name.startsWith('dead-letters.jsonl'))
    } catch {}
    return names.flatMap((name) => jsonLines(readFileSync(join(folder, name), 'utf8')))
  }
}

export interface RunOptions {
  readonly place: Place
  readonly stdin?: 'pipe' | 'ignore'
  readonly env?: Record<string, string>
}

/** A longship process. */
export class Longship {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>

  constructor(args: readonly string[], { place, stdin = 'ignore', env }: RunOptions) {
    this.child = spawn(process.execPath, [cli, ...args], {
      cwd: place.directory,
      stdio: [stdin, 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LONGSHIP_LISTEN: 'off', ...env },
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })))
    const end = () => this.child.kill('SIGKILL')
    process.on('exit', end)
    void this.ended.then(() => process.off('exit', end))
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }

  /** Asks it to stop; its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', ms = 15_000): Promise<number | null> {
    this.child.kill(signal)
    return this.exit(ms)
  }

  async exit(ms = 30_000): Promise<number | null> {
    await until(() => this.hasEnded, `the process to end\n${this.stderr.slice(-2000)}`, ms).catch(async (error) => {
      await this.kill()
      throw error
    })
    return (await this.ended).code
  }

  /** Resident memory in bytes, 0 where the system does not tell. */
  get memory(): number {
    try {
      const [, pages] = readFileSync(`/proc/${this.child.pid}/statm`, 'utf8').split(' ')
      return Number(pages) * 4096
    } catch {
      return 0
    }
  }
}

export interface Summary {
  readonly files: number
  readonly lines: number
  readonly empty_lines: number
  readonly read: number
  readonly delivered: number
  readonly rejected: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly pending: number
  readonly truncated: number
  readonly problems: readonly string[]
  readonly gave_up?: string
}

/** `ship --once --json`, to its end. */
export async function shipOnce(
  place: Place,
  url: string,
  args: readonly string[],
  ms?: number,
): Promise<{ code: number | null; summary: Summary; stderr: string }> {
  const longship = new Longship(['ship', '--once', '--json', '--to', url, ...args], { place })
  const code = await longship.exit(ms)
  assert.ok(longship.stdout.startsWith('{'), `no summary: ${longship.stderr}`)
  return { code, summary: JSON.parse(longship.stdout), stderr: longship.stderr }
}

/** The law: read = delivered + rejected + dropped + pending, and each is where it is said to be. */
export function assertBalance(summary: Summary, place: Place, stored: readonly Stored[]): void {
  const { read, delivered, pending } = summary
  const rejected = sum(summary.rejected)
  const told = JSON.stringify(summary)
  assert.equal(read, delivered + rejected + sum(summary.dropped) + pending, told)
  const letters = place.deadLetters
  assert.equal(distinct(stored).length, delivered, `stored by Loki, against delivered in ${told}`)
  assert.equal(letters.length, rejected, `dead letters, against rejected in ${told}`)
  for (const [reason, count] of Object.entries(summary.rejected)) {
    assert.equal(letters.filter((letter) => letter.reason === reason).length, count, reason)
  }
  const lines = new Set(stored.map(({ line }) => line))
  for (const { line } of letters) assert.ok(!lines.has(line), `both stored and a dead letter: ${line.slice(0, 200)}`)
}

/** Entries as a log query shows them. */
export function distinct(stored: readonly Stored[]): Stored[] {
  return [...new Map(stored.map((entry) => [entryText(entry), entry])).values()]
}

/** All that Loki knows of an entry. */
export function entryText({ stream, ns, line, metadata }: Stored): string {
  return JSON.stringify([stream, String(ns), line, metadata])
}

export async function until(isSo: () => boolean, what: string, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${what}`)
    await sleep(20)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

export function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
