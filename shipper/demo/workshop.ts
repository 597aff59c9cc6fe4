/** The demo's folder: a copy of the systems' samples with times that end now, and the files that the live demo writes. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LongshipError } from '../errors.ts'
import { makeFolder } from '../terms/folder.ts'
import { newestTime, redate } from './redate.ts'

/** The samples of the package: beside dist/ in what is installed, two levels up in the sources. */
export function samplesFolder(): string {
  for (const path of ['../samples', '../../samples']) {
    const folder = fileURLToPath(new URL(path, import.meta.url))
    if (existsSync(join(folder, 'systems'))) return folder
  }
  throw new LongshipError('file', 'the bundled samples are missing: samples/systems/ is not beside the program.')
}

export interface Workshop {
  readonly folder: string
  /** Copies of samples/systems, re-dated. */
  readonly systems: string
  /** The live demo's logs. */
  readonly live: string
  /** Events of rules and patterns. */
  readonly scan: string
  /** Gives the folder free for the next. What is in it stays to be looked at, until then. */
  leave(): void
}

/** Takes and empties .longship/demo, or demo-2, … when another demo runs there. `now` in ms: when the story is to end. */
export function enterWorkshop(root: string, now: number): Workshop {
  for (let number = 1; ; number++) {
    const folder = join(root, number === 1 ? 'demo' : `demo-${number}`)
    if (isBusy(folder)) continue
    const within = (name: string) => join(folder, name)
    const workshop = { folder, systems: within('systems'), live: within('live'), scan: within('scan') }
    try {
      for (const path of [workshop.systems, workshop.live, workshop.scan]) {
        rmSync(path, { recursive: true, force: true })
        makeFolder(path)
      }
      rmSync(join(folder, DEAD_LETTERS), { force: true })
      writeFileSync(join(folder, PID_FILE), String(process.pid))
      copyRedated(join(samplesFolder(), 'systems'), workshop.systems, now)
    } catch (error) {
      if (error instanceof LongshipError) throw error
      const why = `${(error as Error).message}. Start it in a folder that you may write to.`
      throw new LongshipError('file', `the demo's files cannot be written: ${why}`)
    }
    return { ...workshop, leave: () => rmSync(join(folder, PID_FILE), { force: true }) }
  }
}

export const DEAD_LETTERS = 'dead-letters.jsonl'
const PID_FILE = 'pid'

/** True while the process that took the folder lives. */
function isBusy(folder: string): boolean {
  try {
    const pid = Number(readFileSync(join(folder, PID_FILE), 'utf8'))
    if (!Number.isInteger(pid) || pid <= 0) return false
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** All files are moved by the same time, so that a correlation id's way through them stays whole. */
function copyRedated(from: string, to: string, now: number): void {
  const files = readdirSync(from).map((name) => ({ name, text: readFileSync(join(from, name), 'utf8') }))
  const newest = Math.max(...files.map(({ text }) => newestTime(text) ?? 0))
  const seconds = Math.floor((now - newest) / 1000)
  for (const { name, text } of files) writeFileSync(join(to, name), redate(text, seconds))
}
