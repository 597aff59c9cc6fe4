/** A source of files whose first bytes wait until their pod is known: a record's fields are settled when its file's flow is made. */
import type { Carried, Origin, Source, SourceEvent } from '../sources/source.ts'
import { statOf } from '../terms/stat.ts'
import type { Pods } from './pods.ts'

export class PodSource implements Source {
  private readonly source: Source
  private readonly pods: Pods
  private readonly over = new AbortController()
  private listing: Promise<void> | undefined

  constructor(source: Source, pods: Pods) {
    this.source = source
    this.pods = pods
  }

  get dropped(): ReadonlyMap<string, number> {
    return this.source.dropped ?? new Map()
  }

  async *events(signal: AbortSignal): AsyncIterable<SourceEvent> {
    const stop = AbortSignal.any([signal, this.over.signal])
    this.listing = this.pods.run(stop)
    const met = new Set<number>()
    for await (const event of this.source.events(signal)) {
      if (event.kind === 'data' && !met.has(event.origin.id)) {
        met.add(event.origin.id)
        await this.pods.meet(event.origin.path, bornAt(event.origin.path), stop)
      } else if (event.kind === 'end') met.delete(event.origin.id)
      yield event
    }
  }

  commit(origin: Origin, offset: number, carried?: Carried): void {
    this.source.commit(origin, offset, carried)
  }

  async close(): Promise<void> {
    this.over.abort()
    await this.listing
    await this.source.close()
  }
}

/** Milliseconds since the epoch; now for a file that is gone, or of which the file system does not know it. */
function bornAt(path: string): number {
  const { birthtimeMs } = statOf(path) ?? { birthtimeMs: 0 }
  return birthtimeMs > 0 ? birthtimeMs : Date.now()
}
