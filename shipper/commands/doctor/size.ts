/**
 * `longship doctor --size 200GB/day`: what logs of that rate need. Figures are for planning, with room to spare; where each comes
 * from stands beside it, and docs/scaling.md has the whole of it.
 */
import { LongshipError } from '../../errors.ts'

export interface Sizing {
  readonly bytesPerDay: number
  readonly retentionDays: number
  /** Averages over a day, and what a busy minute may be. */
  readonly averageMBps: number
  readonly peakMBps: number
  readonly mode: Mode
  readonly replicas: number
  readonly replication: number
  readonly cores: number
  readonly memoryGB: number
  readonly localDiskGB: number
  readonly storedGB: number
  readonly ingestionRateMB: number
  readonly shipperCores: number
}

type Mode = 'embedded' | 'one' | 'three' | 'microservices'

const GB = 1e9
const DAY_S = 86_400
const DAYS_OF_MONTH = 30

/** A busy minute against the day's average: logs follow office hours, and incidents. */
const PEAK = 4
/** What Loki's chunks and index need of a raw byte: 0.27 measured with snappy, JSON lines full of ids. */
const STORED_SHARE = 0.3
/** Loki in one process took in 18 MB of raw lines a CPU-second; two thirds of a core are left for queries and compaction. */
const LOKI_MBPS_PER_CORE = 5
/** An ingester is not made larger than this: more of them it is then. */
const MOST_CORES = 4
/** Streams' open chunks and the write-ahead log's replay, for each MB a second; and what the process takes anyway. */
const LOKI_GB_PER_MBPS = 0.5
const LOKI_BASE_GB = 1
/** Chunks stay in memory and the log on disk for up to two hours (max_chunk_age) before they are in the store. */
const WAL_HOURS = 2
/** Of 200-byte lines: docs/performance.md measured 60 MB a CPU-second. */
const SHIPPER_MBPS_PER_CORE = 30
/** The embedded server holds everything in memory: docs/server.md. */
const EMBEDDED_GB = 2

/** Most bytes a day, and what is then run. Loki's documentation gives 20 GB for one process; replicas hold everything thrice. */
const MODES: readonly {
  readonly mode: Mode
  readonly upToGB: number
  readonly replicas: number
  readonly replication: number
}[] = [
  { mode: 'one', upToGB: 50, replicas: 1, replication: 1 },
  { mode: 'three', upToGB: 500, replicas: 3, replication: 3 },
  { mode: 'microservices', upToGB: Number.POSITIVE_INFINITY, replicas: 6, replication: 3 },
]

/** Throws a usage error for what is no rate or no number of days. */
export function sizeOf(rate: string, retention: string): Sizing {
  const bytesPerDay = readRate(rate)
  const retentionDays = readDays(retention)
  const gb = bytesPerDay / GB
  const isEmbedded = gb * retentionDays <= EMBEDDED_GB
  const found = MODES.find(({ upToGB }) => gb <= upToGB)!
  const { mode, replicas: least, replication } = isEmbedded ? { ...found, mode: 'embedded' as const } : found
  const averageMBps = bytesPerDay / DAY_S / 1e6
  const peakMBps = averageMBps * PEAK
  const wanted = Math.ceil((peakMBps * replication) / (LOKI_MBPS_PER_CORE * MOST_CORES))
  const replicas = mode === 'microservices' ? Math.max(least, wanted) : least
  const each = (peakMBps * replication) / replicas
  return {
    bytesPerDay,
    retentionDays,
    averageMBps,
    peakMBps,
    mode,
    replicas,
    replication,
    cores: Math.max(1, Math.ceil((each / LOKI_MBPS_PER_CORE) * 2) / 2),
    memoryGB: isEmbedded ? Math.ceil(gb * retentionDays * 2) : Math.ceil(LOKI_BASE_GB + each * LOKI_GB_PER_MBPS),
    localDiskGB: Math.ceil((each * WAL_HOURS * 3600) / 1000) + 5,
    storedGB: gb * retentionDays * STORED_SHARE,
    ingestionRateMB: Math.max(16, Math.ceil(peakMBps * 1.5)),
    shipperCores: peakMBps / SHIPPER_MBPS_PER_CORE,
  }
}

const UNITS: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: GB,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}
const PER_DAY: Readonly<Record<string, number>> = {
  s: DAY_S,
  h: 24,
  d: 1,
  day: 1,
  week: 1 / 7,
  month: 1 / DAYS_OF_MONTH,
}

function readRate(text: string): number {
  const [, number, unit, time] =
    /^(\d{1,12}(?:\.\d{1,6})?) ?([kmgt]i?b)\/(s|h|d|day|week|month)$/i.exec(text.trim()) ?? []
  const rate = Number(number) * UNITS[(unit ?? '').toLowerCase()]! * PER_DAY[(time ?? '').toLowerCase()]!
  if (rate > 0 && Number.isFinite(rate)) return rate
  throw new LongshipError(
    'usage',
    `--size must be bytes in a time, such as 200GB/day, 3MB/s or 1.5TB/month; got ${JSON.stringify(text)}.`,
  )
}

function readDays(text: string): number {
  const days = /^(\d{1,5})(?:d|days?)$/i.exec(text.trim())?.[1]
  if (Number(days) > 0) return Number(days)
  throw new LongshipError('usage', `--retention must be days, such as 30d; got ${JSON.stringify(text)}.`)
}

const RUNS: Readonly<Record<Mode, string>> = {
  embedded: 'npm start or longship serve is enough; one Loki when it grows: docker compose up -d',
  one: 'one Loki: docker compose up -d',
  three: 'three replicas (-target=all) on an object store: docker-compose.ha.yml, one replica a machine',
  microservices: 'Loki as microservices: kubernetes/, values for the chart; the figures are for its ingesters',
}

/** For people. `$` per GB and month is the list price of S3 Standard; requests come to about as much again for small stores. */
export function describeSize(size: Sizing): string {
  const rows = [
    [
      'logs',
      `${text(size.bytesPerDay / GB)} GB a day: ${text(size.averageMBps)} MB/s on average, ${text(size.peakMBps)} MB/s when busy (×${PEAK})`,
    ],
    ['run', RUNS[size.mode]],
    [
      'Loki',
      `${size.replicas} × ${size.cores} core${size.cores === 1 ? '' : 's'}, ${size.memoryGB} GB memory, ${size.localDiskGB} GB disk (${WAL_HOURS} h of write-ahead log)`,
    ],
    [
      'store',
      `${text(size.storedGB)} GB for ${size.retentionDays} days (0.3 of what came in), about $${text(size.storedGB * S3_DOLLARS)} a month on S3`,
    ],
    [
      'limits',
      `limits_config.ingestion_rate_mb: ${size.ingestionRateMB}, ingestion_burst_size_mb: ${size.ingestionRateMB * 2} (loki.yaml has 16 and 32)`,
    ],
    [
      'shippers',
      `${text(Math.max(0.1, size.shipperCores))} cores over all machines, 512 MB each; push.rate_limit_bytes above a machine's busy minute`,
    ],
  ]
  return `${rows.map(([name, value]) => `${name!.padEnd(9)} ${value}`).join('\n')}\nHow this is reckoned, and what each way of running it holds: docs/scaling.md\n`
}

const S3_DOLLARS = 0.023

function text(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(2)))
}
