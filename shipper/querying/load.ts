/**
 * Files → the embedded store, on the way that `ship --once` takes, into memory instead of over HTTP. Nothing that
 * Loki would refuse is refused, and entries of one file keep its order wherever their times allow.
 */
import { OWN_SETTINGS } from '../../loki/server/ownsettings.ts'
import { storePush } from '../../loki/server/receive.ts'
import type { Settings } from '../../loki/server/settings.ts'
import { openStore, type Store } from '../../loki/server/store.ts'
import type { Batch } from '../batch/batch.ts'
import { BatchBuilder, type Progress } from '../batch/builder.ts'
import { OriginClocks, StreamClock } from '../batch/clock.ts'
import { lineWriter } from '../batch/line.ts'
import type { Config, SourceConfig } from '../config.ts'
import { LongshipError } from '../errors.ts'
import { makeFlow } from '../flows.ts'
import { byName } from '../formats/index.ts'
import { Interpreter } from '../interpret.ts'
import { Pipeline } from '../pipeline.ts'
import { varint } from '../push/entry.ts'
import type { Destination } from '../push/push.ts'
import { createRedactor } from '../redact/redact.ts'
import { createFileSource } from '../sources/file.ts'
import type { Source } from '../sources/source.ts'
import { createStdinSource } from '../sources/stdin.ts'
import { fromMillis, type Instant } from '../terms/instant.ts'
import { readProtoPush } from '../wire/pushproto.ts'
import { withFirstTimes } from './first-time.ts'

export interface Loaded {
  readonly store: Store
  readonly records: number
  readonly files: number
  /** What could not be read, and why. */
  readonly problems: readonly string[]
}

export interface LoadOptions {
  /** Its sources are the files; `-` alone is standard input. */
  readonly config: Config
  /** Bytes of memory that entries may take. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly onProgress: (records: number) => void
}

/** The only one. */
export const TENANT = 'fake'

const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_ENTRIES = 50_000
/** A label is no cost here: as many values as a file has. */
const MAX_LABEL_VALUES = 1_000_000

/** Throws a LongshipError when there is more than memory may hold. */
export async function loadFiles({ config, maxBytes, signal, onProgress }: LoadOptions): Promise<Loaded> {
  const store = createStore(maxBytes)
  const problems: string[] = []
  const redactor = createRedactor(config.redact)
  const builder = new BatchBuilder({
    maxBytes: BATCH_BYTES,
    maxEntries: BATCH_ENTRIES,
    labels: { allow: config.labels.allow, maxValues: MAX_LABEL_VALUES },
    write: lineWriter(config.line),
  })
  const [source] = config.sources
  if (source === undefined) throw new LongshipError('usage', 'no file is named.')
  const opened = withFirstTimes(openSource(source.path), source.framing, () => readerOf(source))
  const pipeline = new Pipeline({
    source: opened.source,
    destination: destinationOf(store, () => onProgress(pipeline.counts.delivered)),
    builder,
    flowOf: (origin, { offset }) => {
      const progress: Progress = { origin, clocks: new FileClocks(opened.times.get(origin.id)), offset }
      return makeFlow({ config, builder, redactor }, source, origin, progress)
    },
    maxWaitMs: config.batch.max_wait_ms,
    onProblem: (path, message) => problems.push(`${path}: ${message}`),
    now: Date.now,
  })
  await pipeline.run(signal, signal)
  if (pipeline.gaveUp !== undefined) {
    store.close()
    throw new LongshipError('file', pipeline.gaveUp)
  }
  return { store, records: pipeline.counts.delivered, files: pipeline.counts.files, problems }
}

/** Reads lines for their times alone. */
function readerOf({ timezone, format }: SourceConfig): Interpreter {
  return new Interpreter({
    around: { service: 'file', node: undefined, env: undefined, level: 'unknown', host: 'host' },
    zone: timezone,
    format: format === 'auto' ? undefined : byName(format),
    redactor: undefined,
    now: () => fromMillis(Date.now()),
  })
}

function openSource(paths: readonly string[]): Source {
  if (paths.includes('-')) {
    if (paths.length > 1) throw new LongshipError('usage', '"-" (standard input) cannot stand beside files.')
    return createStdinSource()
  }
  return createFileSource({ paths, once: true })
}

/** Nothing is refused for its size either. */
const SETTINGS: Settings = {
  ...OWN_SETTINGS,
  limits: {
    ...OWN_SETTINGS.limits,
    max_label_name_length: Number.POSITIVE_INFINITY,
    max_label_value_length: Number.POSITIVE_INFINITY,
    max_label_names_per_series: 1000,
    max_line_size: 0,
    max_structured_metadata_size: Number.POSITIVE_INFINITY,
    max_structured_metadata_entries_count: Number.POSITIVE_INFINITY,
  },
}

function createStore(maxBytes: number): Store {
  const warn = (message: string) => console.error(`longship: ${message}`)
  return openStore({ dir: undefined, fsync: false, settings: SETTINGS, maxBytes, now: Date.now, warn })
}

function destinationOf(store: Store, onDelivered: () => void): Destination {
  const tenant = store.tenant(TENANT)
  return {
    async deliver(batch) {
      const push = readProtoPush(pushRequest(batch), tenant.names)
      const { status, message } = storePush(push, tenant, store, SETTINGS.limits)
      if (status !== 204) return { delivered: 0, rejected: new Map(), done: false, gaveUp: refusal(message) }
      queueMicrotask(onDelivered)
      return { delivered: batch.entries, rejected: new Map(), done: true }
    },
    async close() {},
  }
}

function refusal(message: string): string {
  if (!message.includes('store is full')) return `the embedded engine refused a line: ${message}`
  return 'the files are larger than the memory that --max-memory allows. Ask for fewer files, raise --max-memory, or ship them to a Loki.'
}

/** PushRequest { streams=1: StreamAdapter { labels=1, entries=2 } } without compression. */
function pushRequest({ streams }: Batch): Buffer {
  const parts: Uint8Array[] = []
  for (const { labels, bytes } of streams) {
    const name = Buffer.from(labels)
    const head = [0x0a, ...varint(name.length)]
    parts.push(Uint8Array.from([0x0a, ...varint(head.length + name.length + bytes.length), ...head]), name, bytes)
  }
  return Buffer.concat(parts)
}

/** One clock for all of a file's streams: lines of one second keep their order across levels and services. */
class FileClocks extends OriginClocks {
  private readonly clock = new FileClock()

  /** `first`: where lines stand that come before the first with a time. */
  constructor(first: Instant | undefined) {
    super()
    if (first === undefined) return
    this.lastSeconds = first.seconds
    this.lastNanos = first.nanos
  }

  override of(): StreamClock {
    return this.clock
  }
}

/** How many nanoseconds lines that came late may be set apart by: less than a millisecond, which nobody sees. */
const MAX_SHIFT_NANOS = 1_000_000

/**
 * Moves no line into another time, however late it is. Lines of one time are a nanosecond apart, and so are lines that
 * came late, so that two equal ones do not become one.
 */
class FileClock extends StreamClock {
  private lastSeconds = Number.NEGATIVE_INFINITY
  private lastNanos = 0
  private equal = 0
  private strays = 0

  override isLate(): boolean {
    return false
  }

  override next(seconds: number, nanos: number): void {
    const order = seconds - this.lastSeconds || nanos - this.lastNanos
    if (order > 0) {
      this.lastSeconds = seconds
      this.lastNanos = nanos
      this.equal = 0
    }
    const shift = order > 0 ? 0 : order === 0 ? ++this.equal : ++this.strays % MAX_SHIFT_NANOS
    const shifted = nanos + shift
    this.entrySeconds = shifted >= 1e9 ? seconds + Math.floor(shifted / 1e9) : seconds
    this.entryNanos = shifted >= 1e9 ? shifted % 1e9 : shifted
  }

  /** The lane takes back what it wrote: a time that was given once is not given again. */
  override save(): number[] {
    return [this.lastSeconds, this.lastNanos, this.equal, this.strays]
  }

  override restore(saved: unknown): void {
    if (!Array.isArray(saved)) return
    ;[this.lastSeconds, this.lastNanos, this.equal, this.strays] = saved
  }
}
