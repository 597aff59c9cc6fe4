/** Several sources as one: events as they come, each source asked for its next only when its last was dealt with. */
import type { Carried, Origin, Source, SourceEvent } from './source.ts'

/** Origins are unique in the process: each source knows its own among the commits. */
export function mergeSources(sources: readonly Source[]): Source {
  if (sources.length === 1) return sources[0]
  return new MergedSource(sources)
}

interface Turn {
  readonly source: Source
  readonly result: IteratorResult<SourceEvent>
}

class MergedSource implements Source {
  private readonly sources: readonly Source[]

  constructor(sources: readonly Source[]) {
    this.sources = sources
  }

  get dropped(): ReadonlyMap<string, number> {
    const all = new Map<string, number>()
    for (const { dropped } of this.sources) {
      for (const [reason, count] of dropped ?? []) all.set(reason, (all.get(reason) ?? 0) + count)
    }
    return all
  }

  async *events(signal: AbortSignal): AsyncIterable<SourceEvent> {
    const iterators = new Map(this.sources.map((source) => [source, source.events(signal)[Symbol.asyncIterator]()]))
    const next = async (source: Source): Promise<Turn> => {
      const result = await (iterators.get(source) as AsyncIterator<SourceEvent>).next()
      return { source, result }
    }
    const turns = new Map(this.sources.map((source) => [source, next(source)]))
    while (turns.size > 0) {
      const { source, result } = await Promise.race(turns.values())
      // To the end of the row: one that always has more must not keep the others waiting.
      turns.delete(source)
      if (result.done) continue
      yield result.value
      turns.set(source, next(source))
    }
  }

  commit(origin: Origin, offset: number, carried?: Carried): void {
    for (const source of this.sources) source.commit(origin, offset, carried)
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()))
  }
}
