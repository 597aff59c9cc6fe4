/** Runs an agent until the sink has every line, and says what that took: wall time, CPU of its process tree, memory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** /proc counts CPU time in hundredths of a second (USER_HZ) on every Linux. */
const TICKS_A_SECOND = 100
const PAGE_BYTES = 4096
const SAMPLE_MS = 100
const LIMIT_MS = 300_000

export interface Measured {
  readonly lines: number
  readonly wall_s: number
  readonly cpu_s: number
  readonly lines_per_cpu_s: number
  readonly peak_mb: number
  readonly pushed_mb: number
  readonly requests: number
}

interface SinkCounts {
  readonly lines: number
  readonly bytes: number
  readonly requests: number
  /** Milliseconds since the epoch. */
  readonly lastAt: number
}

/** `command` gets the sink's port and returns argv. What it prints goes to `log`. */
export async function measure(total: number, log: string, command: (port: number) => string[]): Promise<Measured> {
  const sink = spawn(process.execPath, [`${import.meta.dirname}/sink.mjs`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [greeting] = (await once(sink.stdout, 'data')) as [Buffer]
  const port = Number(greeting)
  const [program, ...args] = command(port)
  const output = openSync(log, 'w')
  const begun = Date.now()
  // A process group of its own, so that all of it can be ended.
  const agent = spawn(program, args, { stdio: ['ignore', output, output], detached: true })
  try {
    const usage = new TreeUsage(agent.pid!)
    let counts = await countOf(port)
    while (counts.lines < total && Date.now() - begun < LIMIT_MS && agent.exitCode === null) {
      usage.sample()
      await sleep(SAMPLE_MS)
      counts = await countOf(port)
    }
    usage.sample()
    counts = await countOf(port)
    const wall = Math.max(0, counts.lastAt - begun) / 1000
    return {
      lines: counts.lines,
      wall_s: wall,
      cpu_s: usage.seconds,
      lines_per_cpu_s: Math.round(counts.lines / usage.seconds),
      peak_mb: Math.round(usage.peakBytes / 2 ** 20),
      pushed_mb: Math.round(counts.bytes / 1e6),
      requests: counts.requests,
    }
  } finally {
    closeSync(output)
    await end(agent)
    sink.kill()
  }
}

async function countOf(port: number): Promise<SinkCounts> {
  const response = await fetch(`http://127.0.0.1:${port}/count`)
  return (await response.json()) as SinkCounts
}

async function end(agent: ChildProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (agent.exitCode !== null || agent.signalCode !== null || agent.pid === undefined) return
    try {
      process.kill(-agent.pid, signal)
    } catch {
      return
    }
    await Promise.race([once(agent, 'exit'), sleep(3000, undefined, { ref: false })])
  }
}

/** CPU and memory of a process and all below it; what a process used stays counted when it has ended. */
class TreeUsage {
  peakBytes = 0
  private readonly root: number
  private readonly cpu = new Map<number, number>()

  constructor(root: number) {
    this.root = root
  }

  get seconds(): number {
    return [...this.cpu.values()].reduce((sum, seconds) => sum + seconds, 0)
  }

  sample(): void {
    let bytes = 0
    for (const pid of tree(this.root)) {
      const fields = statOf(pid)
      if (fields === undefined) continue
      // proc(5), counted behind the name: utime and stime are fields 14 and 15, rss is field 24.
      this.cpu.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND)
      bytes += Number(fields[21]) * PAGE_BYTES
    }
    this.peakBytes = Math.max(this.peakBytes, bytes)
  }
}

function tree(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(tree)]
  } catch {
    return [pid]
  }
}

function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
