/**
 * What one record costs on the general path (detect, normalize, redaction's look, write), by format family; and what
 * the parts cost that every line of the express lane pays. CPU time of this process, after a warm-up.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { writeRecord } from '../../shipper/batch/line.ts'
import { formats } from '../../shipper/formats/index.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import { storedProtobuf } from '../../shipper/push/encode.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'
import { AROUND, runFlow } from '../../test/flow.ts'
import { CORPUS_TIME, parseCorpus, type Sample } from '../../test/formats/corpus.ts'
import { patternRows } from './patterns.ts'

export interface Row {
  readonly what: string
  readonly value: number
  readonly unit: 'µs a record' | 'ns a byte' | 'µs a line'
  /** How many different lines were measured. */
  readonly lines: number
}

/** In order; a format is of the first family that names it. */
const FAMILIES: readonly (readonly [family: string, names: RegExp])[] = [
  [
    'JSON of a library',
    /^(?:pino|bunyan|winston|zap|zerolog|logrus|slog|structlog|ecs|clef|gelf|google_cloud|open_telemetry|journald|logstash|mongodb|loguru|caddy)$|_json$/,
  ],
  ['access logs', /^(?:http_access|traefik_access|haproxy|aws_elb|aws_s3|envoy|iis|squid|gin|coredns)$/],
  ['syslog', /^(?:syslog_.*|supercomputer_syslog|dmesg|auditd|openvpn|fail2ban)$/],
  [
    'Java',
    /^(?:log4j|logback|spring_boot|hadoop|zookeeper|wildfly|tomcat|java_util_logging|openstack|healthapp|logcat)$/,
  ],
  ['Python, Ansible', /^(?:python_logging|uvicorn|gunicorn|airflow|celery|structlog_console|ansible)$/],
  [
    'Go, Rust',
    /^(?:klog|go_log|hclog|capnslog|zap_console|zerolog_console|logrus_console|evt|tracing|env_logger|logfmt)$/,
  ],
  ['Node.js, .NET', /^(?:pino_pretty|nest|winston_console|dotnet_console|serilog_console|nlog)$/],
  ['Ruby, PHP, Erlang', /^(?:rails|lograge|sidekiq|monolog|php|elixir|erlang)$/],
  ['databases', /^(?:postgresql|postgresql_csv|mysql|mysql_slow|redis|ceph|clickhouse)$/],
  ['no listed format', /^(?:general|plain|json|stack_trace)$/],
]

const MEASURE_MS = 400
const WARM_UP_MS = 600

/** `root`: the repository. `busy`: a text of log lines as the express lane takes them, for bytes and lines. */
export function micro(root: string, busy: string): Row[] {
  const corpora = readCorpora(root)
  // Compiled code, V8's and its regular expressions', is shared by all families: none pays for the others.
  for (let i = 0; i < 3; i++) recordRow('warm-up', [...corpora.values()])
  const rows: Row[] = []
  for (const [family, samples] of byFamily(corpora)) rows.push(recordRow(family, [samples]))
  const all = [...corpora.values()]
  rows.push(recordRow('all formats, file by file', all))
  rows.push(recordRow('all formats, line by line', [shuffle(all.flat())]))
  rows.push(...expressRows(Buffer.from(busy)))
  const messages = messagesOf(all.flat())
  const busyMessages = messagesOf(busy.split('\n').map((head) => ({ head, rest: '' })))
  for (const row of patternRows(messages, busyMessages, microsOf)) rows.push({ ...row, unit: 'µs a line' })
  return rows
}

function readCorpora(root: string): Map<string, Sample[]> {
  const folder = `${root}/test/formats`
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))
  return new Map(
    files.sort().map((name) => [name.slice(0, -4), parseCorpus(readFileSync(`${folder}/${name}`, 'utf8'))]),
  )
}

function byFamily(corpora: ReadonlyMap<string, Sample[]>): Map<string, Sample[]> {
  const families = new Map<string, Sample[]>(FAMILIES.map(([family]) => [family, []]))
  families.set('others', [])
  for (const { name } of formats) {
    const family = FAMILIES.find(([, names]) => names.test(name))?.[0] ?? 'others'
    families.get(family)!.push(...(corpora.get(name.replaceAll('_', '-')) ?? []))
  }
  return families
}

/** Each file has its own memory of formats, as in a run. */
function recordRow(what: string, files: readonly (readonly Sample[])[]): Row {
  const redactor = createRedactor()
  const options = { around: AROUND, zone: 'UTC', format: undefined, redactor, now: () => CORPUS_TIME.now }
  const lines = files.reduce((sum, samples) => sum + samples.length, 0)
  const perRun = microsOf(() => {
    for (const samples of files) {
      const interpreter = new Interpreter(options)
      for (const { head, rest } of samples)
        use(writeRecord(interpreter.record({ head, rest, runtime: undefined })).length)
    }
  })
  return { what, value: perRun / lines, unit: 'µs a record', lines }
}

/** The messages of these lines' records, those without one left out. */
function messagesOf(samples: readonly Pick<Sample, 'head' | 'rest'>[]): string[] {
  const options = {
    around: AROUND,
    zone: 'UTC',
    format: undefined,
    redactor: createRedactor(),
    now: () => CORPUS_TIME.now,
  }
  const interpreter = new Interpreter(options)
  return samples.flatMap(({ head, rest }) => interpreter.record({ head, rest, runtime: undefined }).text.message ?? [])
}

/** Keeps the compiler from finding that nobody wants a result. */
let used = 0

function use(result: number): void {
  used = (used + result) | 0
}

function expressRows(bytes: Buffer): Row[] {
  const { mayHoldBytes } = createRedactor()
  const bounds = lineBounds(bytes)
  const lines = bounds.length - 1
  const prefilter = microsOf(() => {
    for (let i = 0; i < lines; i++) use(mayHoldBytes(bytes, bounds[i], bounds[i + 1] - 1) ? 1 : 0)
  })
  const flow = microsOf(() => use(runFlow(bytes, true, 512 * 1024).flow.records))
  const { batches } = runFlow(bytes, true, 512 * 1024)
  const encode = microsOf(() => {
    for (const { streams } of batches) use(storedProtobuf(streams).length)
  })
  return [
    {
      what: 'redaction: may this line hold a secret?',
      value: (prefilter * 1000) / bytes.length,
      unit: 'ns a byte',
      lines,
    },
    { what: 'express lane: bytes to batch', value: flow / lines, unit: 'µs a line', lines },
    { what: 'encode: batch to request (stored)', value: encode / lines, unit: 'µs a line', lines },
  ]
}

/** Where each line starts, and the end. */
function lineBounds(bytes: Buffer): number[] {
  const bounds = [0]
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) bounds.push(at + 1)
  return bounds
}

/** CPU time of one run of `work`, in microseconds, on average. */
function microsOf(work: () => void): number {
  repeat(work, WARM_UP_MS)
  const begun = process.cpuUsage()
  const runs = repeat(work, MEASURE_MS)
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / runs
}

function repeat(work: () => void, ms: number): number {
  const begun = performance.now()
  let runs = 0
  do {
    work()
    runs++
  } while (performance.now() - begun < ms)
  return runs
}

/** In an order that is always the same. */
function shuffle<T>(list: readonly T[]): T[] {
  const out = [...list]
  let state = 42
  for (let i = out.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    const j = state % (i + 1)
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}
