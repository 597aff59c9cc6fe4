/**
 * What Longship says about itself: the balance of records, counters and gauges as Prometheus text, its own log lines.
 * Hot paths add to plain number fields (`counter.value++`, `balance.read++`); labels are resolved once, not per line.
 */

/** One time series: keep the object and add to `value`. */
export interface Series {
  value: number
}

type Kind = 'counter' | 'gauge'

/** A counter or gauge with its labels. */
export class Metric {
  readonly name: string
  readonly help: string
  readonly kind: Kind
  readonly #labels: readonly string[]
  readonly #series = new Map<string, Series>()

  constructor(kind: Kind, name: string, help: string, labels: readonly string[] = []) {
    this.kind = kind
    this.name = name
    this.help = help
    this.#labels = labels
    if (labels.length === 0) this.series()
  }

  /** The series with these label values, in the order of the metric's label names. Look it up once, then add to it. */
  series(...values: readonly string[]): Series {
    const key = labelText(this.#labels, values)
    let series = this.#series.get(key)
    if (series === undefined) this.#series.set(key, (series = { value: 0 }))
    return series
  }

  render(): string {
    return head(this) + [...this.#series].map(([labels, { value }]) => `${this.name}${labels} ${value}\n`).join('')
  }
}

/** Seconds, as Prometheus wants them. From a fast local Loki to the push's timeout. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export class Histogram {
  readonly name: string
  readonly help: string
  readonly kind = 'histogram'
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor(name: string, help: string, bounds: readonly number[] = LATENCY_BUCKETS) {
    this.name = name
    this.help = help
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  get sum(): number {
    return this.#sum
  }

  observe(value: number): void {
    let i = 0
    while (i < this.#bounds.length && value > this.#bounds[i]) i++
    this.#counts[i]++
    this.#sum += value
  }

  render(): string {
    let total = 0
    const lines = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, i) => {
      total += this.#counts[i]
      return `${this.name}_bucket{le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"} ${total}\n`
    })
    return `${head(this)}${lines.join('')}${this.name}_sum ${this.#sum}\n${this.name}_count ${total}\n`
  }
}

/**
 * read = delivered + rejected + dropped + pending, in records. What was read is pending until one of the others takes
 * it, so the equation can only fail when more is accounted for than was read, or at the end, when something is left.
 */
export class Balance {
  read = 0
  delivered = 0
  /** By reason: Loki will never take them, they are in the dead letters. */
  readonly rejected = new Map<string, number>()
  /** By reason: lost on purpose (configured to drop) or by failure. */
  readonly dropped = new Map<string, number>()

  reject(reason: string, count = 1): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + count)
  }

  drop(reason: string, count = 1): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count)
  }

  get pending(): number {
    return this.read - this.delivered - sum(this.rejected) - sum(this.dropped)
  }

  /** `expected`: how many records are known to be on their way (in buffers and batches); 0 when all is done. */
  holds(expected = this.pending): boolean {
    return this.pending >= 0 && this.pending === expected
  }

  /** "read 10 = delivered 8 + rejected 1 (line_too_long 1) + dropped 1 (…) + pending 0", for people. */
  describe(): string {
    const parts = (counts: ReadonlyMap<string, number>) => {
      const reasons = [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ')
      return `${sum(counts)}${reasons === '' ? '' : ` (${reasons})`}`
    }
    const { read, delivered, rejected, dropped, pending } = this
    return `read ${read} = delivered ${delivered} + rejected ${parts(rejected)} + dropped ${parts(dropped)} + pending ${pending}`
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

export interface Telemetry {
  readonly balance: Balance
  readonly readLines: Series
  readonly readBytes: Series
  readonly records: Series
  readonly retries: Series
  readonly batches: Series
  readonly pushedBytes: Series
  /** Seconds since the oldest record that Loki has not acknowledged was read; 0 when there is none. */
  readonly oldestUnacknowledged: Series
  readonly batchLatency: Histogram
  /** Keep what they return: one look-up per format, per reason, not per line. */
  linesByFormat(format: string): Series
  problems(kind: string): Series
  /** Entries that inputs put into the spool. */
  received(input: string): Series
  refused(reason: string): Series
  readonly spoolBytes: Series
  /** Called when metrics are rendered, for counts that others keep (the redactor's per rule). */
  redacted: () => ReadonlyMap<string, number>
  /** The same for metrics of parts that are not always there. */
  more: () => readonly Metric[]
  /** Prometheus text format 0.0.4. */
  renderMetrics(): string
}

export function createTelemetry(): Telemetry {
  const balance = new Balance()
  const counter = (name: string, help: string, ...labels: string[]) => new Metric('counter', name, help, labels)
  const gauge = (name: string, help: string, ...labels: string[]) => new Metric('gauge', name, help, labels)
  const lines = counter('longship_read_lines_total', 'Lines read from sources.')
  const bytes = counter('longship_read_bytes_total', 'Bytes read from sources.')
  const records = counter('longship_records_total', 'Records made from lines.')
  const formats = counter('longship_lines_by_format_total', 'Records by the format that read them.', 'format')
  const retries = counter('longship_retries_total', 'Pushes that were tried again.')
  const batches = counter('longship_batches_total', 'Batches that Loki has answered.')
  const pushed = counter('longship_pushed_bytes_total', 'Bytes sent to Loki.')
  const problems = counter('longship_problems_total', 'Files that could not be read, and the like.', 'kind')
  const received = counter('longship_received_total', 'Entries that inputs put into the spool.', 'input')
  const refused = counter('longship_refused_total', 'Times that inputs had to refuse what was sent.', 'reason')
  const spooled = gauge('longship_spool_bytes', 'Bytes in the spool.')
  const oldest = gauge(
    'longship_oldest_unacknowledged_seconds',
    'Age of the oldest record that Loki has not acknowledged.',
  )
  const latency = new Histogram('longship_batch_latency_seconds', 'From sending a batch to the answer, each try.')
  const telemetry: Telemetry = {
    balance,
    readLines: lines.series(),
    readBytes: bytes.series(),
    records: records.series(),
    retries: retries.series(),
    batches: batches.series(),
    pushedBytes: pushed.series(),
    oldestUnacknowledged: oldest.series(),
    batchLatency: latency,
    linesByFormat: (format) => formats.series(format),
    problems: (kind) => problems.series(kind),
    received: (input) => received.series(input),
    refused: (reason) => refused.series(reason),
    spoolBytes: spooled.series(),
    redacted: () => new Map(),
    more: () => [],
    renderMetrics: () => {
      const inputs = [received, refused, spooled]
      const plain = [lines, bytes, records, formats, retries, batches, pushed, problems, ...inputs, oldest, latency]
      const made = [...balanceMetrics(balance, telemetry.redacted()), ...telemetry.more()]
      return [...plain, ...made].map((metric) => metric.render()).join('')
    },
  }
  return telemetry
}

/** The balance as metrics; made when asked for, so that its counts live in one place only. */
function balanceMetrics(balance: Balance, redacted: ReadonlyMap<string, number>): Metric[] {
  const make = (kind: Kind, name: string, help: string, label: string, counts: Iterable<readonly [string, number]>) => {
    const metric = new Metric(kind, name, help, label === '' ? [] : [label])
    for (const [value, count] of counts) metric.series(...(label === '' ? [] : [value])).value = count
    return metric
  }
  return [
    make('counter', 'longship_delivered_total', 'Records that Loki has taken.', '', [['', balance.delivered]]),
    make('counter', 'longship_rejected_total', 'Records that Loki will never take.', 'reason', balance.rejected),
    make('counter', 'longship_dropped_total', 'Records that were lost.', 'reason', balance.dropped),
    make('gauge', 'longship_pending', 'Records read and not yet accounted for.', '', [['', balance.pending]]),
    make('counter', 'longship_redacted_total', 'Secrets taken out, by rule.', 'rule', redacted),
  ]
}

function head({ name, help, kind }: { name: string; help: string; kind: string }): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${kind}\n`
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return ''
  const quoted = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `{${names.map((name, i) => `${name}="${quoted(values[i] ?? '')}"`).join(',')}}`
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Values of a log line's fields: text, numbers, and errors (their message). */
export type LogFields = Readonly<Record<string, unknown>>

export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'logfmt' | 'json'
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** stderr, outside tests: stdout is for records. */
  readonly write: (line: string) => void
}

/** Longship's own log lines, in a form that Longship reads as well. */
export function createLog(options: Partial<LogOptions> = {}): Log {
  const { level = 'info', format = 'logfmt', now = Date.now, write = writeStderr } = options
  const at = (own: LogLevel) => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return () => undefined
    return (message: string, fields: LogFields = {}) => {
      const time = new Date(now()).toISOString()
      const members: [string, unknown][] = [
        ['time', time],
        ['level', own],
        ['msg', message],
        ['service', 'longship'],
      ]
      for (const [name, value] of Object.entries(fields)) if (value !== undefined) members.push([name, plain(value)])
      write(`${format === 'json' ? JSON.stringify(Object.fromEntries(members)) : members.map(logfmt).join(' ')}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function writeStderr(line: string): void {
  process.stderr.write(line)
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message
  if (value instanceof Map) return Object.fromEntries(value)
  return typeof value === 'bigint' ? String(value) : value
}

function logfmt([name, value]: readonly [string, unknown]): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const key = name.replace(/[\s="]/g, '_')
  return /^[^\s="\\\u0000-\u001f\u007f]+$/.test(text) ? `${key}=${text}` : `${key}=${JSON.stringify(text)}`
}
