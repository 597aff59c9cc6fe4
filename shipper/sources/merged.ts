/** Several sources as one: events as they come, each source asked for its next only when its last was dealt with. */
import type { Carried, Origin, Source, SourceEvent } from './source.ts'

/** Origins are unique in the process: each source knows its own among the commits. */
export function mergeSources(sources: readonly Source[]): Source {
  if (sources.length === 1) return sources[0]
  return new MergedSource(sources)
}

/** `source`, and a word when it has ended: everything that it brought was dealt with by then. */
export function withEnd(source: Source, onEnd: () => void): Source {
  return {
    get dropped() {
      return source.dropped ?? NOTHING
    },
    async *events(signal) {
      yield* source.events(signal)
      onEnd()
    },
    commit: (origin, offset, carried) => source.commit(origin, offset, carried),
    close: () => source.close(),
  }
}

const NOTHING: ReadonlyMap<string, number> = new Map()

interface Turn {
  readonly iterator: AsyncIterator<SourceEvent>
  readonly result?: IteratorResult<SourceEvent>
  readonly error?: unknown
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
    const arrived: Turn[] = []
    let wake: (() => void) | undefined
    // No race of promises: that of a silent source would remember every race it was in.
    const ask = (iterator: AsyncIterator<SourceEvent>) => {
      const arrive = (turn: Turn) => {
        arrived.push(turn)
        wake?.()
      }
      iterator.next().then(
        (result) => arrive({ iterator, result }),
        (error) => arrive({ iterator, error }),
      )
    }
    let open = this.sources.length
    for (const source of this.sources) ask(source.events(signal)[Symbol.asyncIterator]())
    while (open > 0) {
      const turn = arrived.shift()
      if (turn === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      if (turn.result === undefined) throw turn.error
      if (turn.result.done) open--
      else {
        yield turn.result.value
        ask(turn.iterator)
      }
    }
  }

  commit(origin: Origin, offset: number, carried?: Carried): void {
    for (const source of this.sources) source.commit(origin, offset, carried)
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()))
  }
}
