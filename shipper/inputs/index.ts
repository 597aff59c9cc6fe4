/** The list of inputs, and how they are opened together with the spool that they fill. */
import type { Carried, Origin, Source, SourceEvent } from '../sources/source.ts'
import { type Entry, entryBytes, writeEntry } from '../spool/entry.ts'
import { openSpool, type Spool } from '../spool/spool.ts'
import type { Appended } from '../spool/writer.ts'
import { sleep } from '../terms/sleep.ts'
import type { Intake, Listening } from './input.ts'
import { listenPush, type PushInputOptions } from './push.ts'
import { listenSyslog, type SyslogOptions } from './syslog.ts'

export interface InputsOptions {
  readonly inputs: { readonly syslog: SyslogOptions | undefined; readonly push: PushInputOptions | undefined }
  readonly spool: { readonly folder: string; readonly max_bytes: number }
}

type Opened = readonly [name: string, listen: (intake: Intake) => Promise<Listening>]

/** Add an input here: its name, and how it listens when it is configured. */
function configured({ syslog, push }: InputsOptions['inputs']): Opened[] {
  const all: (Opened | undefined)[] = [
    syslog && ['syslog', (intake) => listenSyslog(syslog, intake)],
    push && ['push', (intake) => listenPush(push, intake)],
  ]
  return all.filter((each) => each !== undefined)
}

export function hasInputs(options: InputsOptions): boolean {
  return configured(options.inputs).length > 0
}

/** Rejects with a LongshipError when an address or the spool's folder is taken. */
export async function openInputs(options: InputsOptions): Promise<Inputs> {
  const { folder, max_bytes: maxBytes } = options.spool
  const inputs = new Inputs(await openSpool({ folder, maxBytes }))
  try {
    for (const [name, listen] of configured(options.inputs)) await inputs.listen(name, listen)
  } catch (error) {
    await inputs.close()
    throw error
  }
  return inputs
}

/** Of one push as it stands in the spool. Batches of shippers have about a megabyte of lines. */
const MAX_OFFER_BYTES = 64 * 1024 * 1024

/** A full spool is asked again at least so often: room may come without a segment's end. */
const ASK_AGAIN_MS = 500

/** Everything that listens, and the spool as the source that reads it back. */
export class Inputs implements Source {
  /** Entries on the disk, by input. */
  readonly received = new Map<string, number>()
  /** Offers that were refused, by input and why; their senders keep them, or they are in `dropped` too. */
  readonly refused = new Map<string, number>()
  private readonly spool: Spool
  private readonly lost = new Map<string, number>()
  private readonly listening: Listening[] = []

  constructor(spool: Spool) {
    this.spool = spool
  }

  /** The spool's: its bytes are frames of entries. */
  get origin(): Origin {
    return this.spool.origin
  }

  get spoolBytes(): number {
    return this.spool.bytes
  }

  get addresses(): string[] {
    return this.listening.flatMap(({ addresses }) => addresses)
  }

  get dropped(): ReadonlyMap<string, number> {
    return new Map([...this.spool.dropped, ...this.lost])
  }

  /** What people should know, as it happens. */
  onProblem(listener: (path: string, message: string) => void): void {
    this.spool.listen(listener)
  }

  drop(reason: string, count: number): void {
    add(this.lost, reason, count)
  }

  async listen(name: string, listen: (intake: Intake) => Promise<Listening>): Promise<void> {
    this.listening.push(await listen(this.intake(name)))
  }

  events(signal: AbortSignal): AsyncIterable<SourceEvent> {
    return this.spool.events(signal)
  }

  commit(origin: Origin, offset: number, carried?: Carried): void {
    this.spool.commit(origin, offset, carried)
  }

  async close(): Promise<void> {
    await Promise.all(this.listening.map((each) => each.close()))
    await this.spool.close()
  }

  /** What is too large is not even written into memory: a long list of labels stands before each of a million short lines. */
  private async offer(entries: readonly Entry[]): Promise<Appended> {
    const bytes = entries.reduce((total, entry) => total + entryBytes(entry), 0)
    return bytes > MAX_OFFER_BYTES ? 'large' : this.spool.append(entries.map(writeEntry))
  }

  private intake(name: string): Intake {
    return {
      offer: async (entries) => {
        const appended = await this.offer(entries)
        if (appended === 'stored') add(this.received, name, entries.length)
        else add(this.refused, `${name}_${appended}`, 1)
        return appended
      },
      room: async (signal) => {
        const done = new AbortController()
        const either = AbortSignal.any([signal, done.signal])
        await Promise.race([this.spool.room(either), sleep(ASK_AGAIN_MS, either)])
        done.abort()
      },
      drop: (reason, count) => this.drop(reason, count),
      refuse: (reason) => add(this.refused, reason, 1),
      tell: (where, message) => this.spool.tell(where, message),
    }
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}
