/** longship up (npm start): the embedded Loki, the bundled samples shipped into it, and a live demo until Ctrl-C. */
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createServer, type LokiServer } from '../../loki/server/server.ts'
import { type Assembly, assemble } from '../assemble.ts'
import { type Config, loadConfig, type ScanConfig } from '../config.ts'
import { startLive } from '../demo/live.ts'
import { bold, dim, isWhole, reportBalance, reportExamples, reportSamples } from '../demo/report.ts'
import { DEAD_LETTERS, enterWorkshop, samplesFolder, type Workshop } from '../demo/workshop.ts'
import { LongshipError } from '../errors.ts'
import { type Lookout, openLookout } from '../lookout.ts'
import { runShipping, type Summary } from '../shipping.ts'
import { createLog } from '../telemetry.ts'
import { makeFolder } from '../terms/folder.ts'
import { version } from '../version.ts'
import { parseArguments } from './arguments.ts'

interface Options {
  readonly port: string
  readonly host: string
  readonly data?: string
  readonly demo: boolean
  readonly once: boolean
}

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { options } = parsed
  const port = readPort(options.port)
  const stop = stopOnSignals()
  const workshop = enterWorkshop('.longship', Date.now())
  const lookout = watchDemo(options, workshop)
  const server = openServer(options, port, lookout)
  try {
    const { url, port: taken } = await server.listen()
    console.log(`${bold(`Longship ${version}`)}  embedded Loki on ${bold(url)}`)
    if (port !== 0 && taken !== port) console.log(`  port ${port} is taken, so it listens on ${taken}`)
    const kept = options.data === undefined ? 'in memory, gone at the end (--data DIR keeps it)' : `in ${options.data}`
    console.log(dim(`  data ${kept}`))
    return await demonstrate({ ...options, workshop, lookout, url, stop })
  } finally {
    await server.close()
    await lookout.close()
    workshop.leave()
  }
}

function definition(): Command {
  return new Command('up')
    .description('Starts the embedded Loki, ships the bundled samples and a live demo into it, and runs until Ctrl-C.')
    .option('--port <number>', 'port to listen on; the next free one when it is taken', '3100')
    .option('--host <address>', 'address to listen on; 127.0.0.1 is reached from this machine only', '127.0.0.1')
    .option('--data <dir>', 'keep what is stored in DIR (without: in memory, each start begins afresh)')
    .option('--no-demo', 'no live demo: the samples only')
    .option('--once', 'ship the samples, print the summary, and stop', false)
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new LongshipError('usage', `--port must be a number from 0 to 65535, got ${JSON.stringify(text)}.`)
}

/** How many ports behind the one asked for are tried. */
const NEXT_PORTS = 100
const CENTURY_MS = 100 * 365 * 86_400_000

/** Takes whatever time the samples carry: they are decades old, and out of order. */
function openServer({ host, data }: Options, port: number, { admin }: Lookout): LokiServer {
  const page = createPage({ scan: true })
  return createServer({
    host,
    port,
    nextPorts: NEXT_PORTS,
    data: data ?? 'memory',
    limits: {
      reject_old_samples: false,
      creation_grace_period: CENTURY_MS,
      max_query_length: 0,
      retention_period: 0,
    },
    settings: { maxChunkAge: CENTURY_MS },
    fallback: (request, response) => admin.handle(request, response) || page(request, response),
    warn: (message) => console.error(`warning: ${message}`),
  })
}

/** Rules to start with, and the pattern miner, over everything that the demo ships. */
function watchDemo({ data }: Options, workshop: Workshop): Lookout {
  const config = loadConfig({
    flags: {
      scan: {
        folder: data === undefined ? workshop.scan : join(data, 'scan'),
        rules_folder: join(samplesFolder(), 'rules'),
        patterns: { settle: '1m' },
      },
    },
  })
  const scan = config.scan as ScanConfig
  return openLookout({ config: { ...config, scan }, configFile: undefined, secretKey: secretKeyOf(data), log: LOG })
}

/** What is gone at the end needs no key that lasts: webhooks can be tried without one. What --data keeps does. */
function secretKeyOf(data: string | undefined): string | undefined {
  const given = process.env['LONGSHIP_SECRET_KEY'] || undefined
  return given ?? (data === undefined ? randomBytes(32).toString('base64') : undefined)
}

const LOG = createLog({ level: 'warn' })

interface Demo extends Options {
  readonly workshop: Workshop
  readonly lookout: Lookout
  readonly url: string
  readonly stop: AbortSignal
}

async function demonstrate(demo: Demo): Promise<number> {
  const { data, workshop, lookout, url, stop } = demo
  const summaries: Summary[] = []
  const shipped = data === undefined ? undefined : join(data, 'samples-shipped')
  if (shipped !== undefined && existsSync(shipped)) {
    console.log(`\n${bold('Samples')}\n  are in ${data} since an earlier start`)
  } else {
    console.log(`\n${bold('Samples')}`)
    const { summary, moved } = await shipSamples(demo)
    summaries.push(summary)
    if (shipped !== undefined && isWhole(summary) && !stop.aborted) remember(shipped)
    console.log(reportSamples(summary, moved))
    if (stop.aborted) console.log('  stopped   before all samples were read')
  }
  if (!demo.once && !stop.aborted) {
    const samples = relative(process.cwd(), samplesFolder()) || '.'
    console.log(`\n${bold('Try it')}, in another terminal\n${reportExamples(url, samples)}`)
    const what = demo.demo ? 'Live demo runs: a few lines a second, in ' : 'Serving, without live demo. Files in '
    console.log(`\n${bold(url)}  in a browser: dashboards, Explore, traces`)
    console.log(`${bold(`${url}/events#token=${lookout.token.token}`)}  rules, events and patterns of the stream`)
    console.log(`  ${what}${workshop.folder}. Ctrl-C stops.`)
    summaries.push(await shipLive(demo))
  }
  if (summaries.length > 0) console.log(`${reportBalance(summaries)}`)
  return summaries.every(isWhole) ? 0 : 1
}

function remember(path: string): void {
  makeFolder(join(path, '..'))
  writeFileSync(path, `${new Date().toISOString()}\n`)
}

/** `moved`: entries that came too late for their stream and got a time that Loki takes. */
async function shipSamples({ workshop, url, lookout }: Demo) {
  const paths = [join(samplesFolder(), 'formats', '*.log'), join(workshop.systems, '*')]
  let assembly: Assembly | undefined
  const { summary } = await runShipping({
    ...shippingOptions(configOf(workshop, url, paths)),
    once: true,
    lookout,
    // The log of events goes on; what comes after the samples ships it.
    assemble: (options) => (assembly = assemble({ ...options, events: undefined })),
  })
  return { summary, moved: assembly?.builder.late ?? 0 }
}

/** The live demo's lines, and the events; without demo those alone. */
async function shipLive({ demo, workshop, url, lookout, stop }: Demo): Promise<Summary> {
  const live = demo ? startLive(workshop.live) : undefined
  stop.addEventListener('abort', () => live?.stop())
  try {
    const config = configOf(workshop, url, demo ? [join(workshop.live, '*.log')] : [])
    return (await runShipping({ ...shippingOptions(config), once: false, lookout, assemble })).summary
  } finally {
    live?.stop()
  }
}

/** Shipping hears the signals itself: it stops reading and sends what it has read. */
function shippingOptions(config: Config) {
  return { config, positions: undefined, log: LOG, showProgress: true }
}

/** The demo is to be the same everywhere: neither a configuration file nor the environment has a say. */
function configOf(workshop: Workshop, url: string, path: readonly string[]): Config {
  return loadConfig({
    flags: {
      loki: { url },
      sources: path.length === 0 ? [] : [{ path: path.map((each) => each.replaceAll('\\', '/')) }],
      // A hundred formats' samples name more nodes than one installation would.
      labels: { max_values_per_label: 5000 },
      batch: { max_wait: '500ms' },
      push: { dead_letter: join(workshop.folder, DEAD_LETTERS) },
      telemetry: { listen: 'off' },
      shutdown_deadline: '2s',
    },
  })
}

function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  return stop.signal
}
