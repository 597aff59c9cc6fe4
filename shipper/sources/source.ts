/** What a source hands to the pipeline. */

/** Where bytes come from: one generation of a file (a rotated file is another origin), or stdin. */
export interface Origin {
  /** Unique in this process, also after rotation. */
  readonly id: number
  /** As shown to people: the path as it was given or found, or "stdin". */
  readonly path: string
  /** What `service` falls back to: the file's name without directories, rotation and compression suffixes. */
  readonly name: string
  /** Of files and stdin: tells this generation from all others, at its path or any, and is the same after a restart. */
  readonly generation?: string | undefined
}

/** State that travels with a position, opaque to sources (the batch stage keeps its clocks there); JSON. */
export type Carried = Record<string, unknown>

export type SourceEvent =
  /** bytes[0] stands at `offset` of the origin. Blocks of one origin are contiguous; a line may cross blocks. The bytes are valid until the next event is asked for. */
  | {
      readonly kind: 'data'
      readonly origin: Origin
      readonly bytes: Uint8Array
      readonly offset: number
      readonly carried?: Carried
    }
  /** Nothing new for a while: what is held back (a multi-line event) may go out. */
  | { readonly kind: 'idle'; readonly origin: Origin }
  /** The origin will bring no more (end of file with once, rotated away and drained, deleted): its last line may lack a line end. */
  | { readonly kind: 'end'; readonly origin: Origin }
  /** Something could not be read; the rest goes on. */
  | { readonly kind: 'problem'; readonly path: string; readonly message: string }

/** A source of bytes. */
export interface Source {
  /** What it could not keep, by reason: inputs that nobody can be asked to send again. */
  readonly dropped?: ReadonlyMap<string, number>
  /** Ends when every origin has ended (once), or when the signal aborts. */
  events(signal: AbortSignal): AsyncIterable<SourceEvent>
  /** Everything of this origin before `offset` is acknowledged by Loki. Kept in the positions file soon after, atomically. Other sources' origins are passed over. */
  commit(origin: Origin, offset: number, carried?: Carried): void
  /** Writes positions now, closes files. */
  close(): Promise<void>
}
