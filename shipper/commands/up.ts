/** longship up (npm start): the embedded Loki, the bundled samples shipped into it, and a live demo until Ctrl-C. */
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createServer, type LokiServer } from '../../loki/server/server.ts'
import { type Assembly, assemble } from '../assemble.ts'
import { type Config, loadConfig } from '../config.ts'
import { startLive } from '../demo/live.ts'
import { bold, dim, isWhole, reportBalance, reportExamples, reportSamples } from '../demo/report.ts'
import { DEAD_LETTERS, enterWorkshop, samplesFolder, type Workshop } from '../demo/workshop.ts'
import { LongshipError } from '../errors.ts'
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
  const server = openServer(options, port)
  try {
    const { url, port: taken } = await server.listen()
    console.log(`${bold(`Longship ${version}`)}  embedded Loki on ${bold(url)}`)
    if (port !== 0 && taken !== port) console.log(`  port ${port} is taken, so it listens on ${taken}`)
    const kept = options.data === undefined ? 'in memory, gone at the end (--data DIR keeps it)' : `in ${options.data}`
    console.log(dim(`  data ${kept}`))
    const workshop = enterWorkshop('.longship', Date.now())
    try {
      return await demonstrate(options, workshop, url, stop)
    } finally {
      workshop.leave()
    }
  } finally {
    await server.close()
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
function openServer({ host, data }: Options, port: number): LokiServer {
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
    fallback: createPage(),
    warn: (message) => console.error(`warning: ${message}`),
  })
}

async function demonstrate(options: Options, workshop: Workshop, url: string, stop: AbortSignal): Promise<number> {
  const summaries: Summary[] = []
  const shipped = options.data === undefined ? undefined : join(options.data, 'samples-shipped')
  if (shipped !== undefined && existsSync(shipped)) {
    console.log(`\n${bold('Samples')}\n  are in ${options.data} since an earlier start`)
  } else {
    console.log(`\n${bold('Samples')}`)
    const { summary, moved } = await shipSamples(workshop, url)
    summaries.push(summary)
    if (shipped !== undefined && isWhole(summary) && !stop.aborted) remember(shipped)
    console.log(reportSamples(summary, moved))
    if (stop.aborted) console.log('  stopped   before all samples were read')
  }
  if (!options.once && !stop.aborted) {
    const samples = relative(process.cwd(), samplesFolder()) || '.'
    console.log(`\n${bold('Try it')}, in another terminal\n${reportExamples(url, samples)}`)
    const what = options.demo ? 'Live demo runs: a few lines a second, in ' : 'Serving, without live demo. Files in '
    console.log(`\n${bold(url)}  in a browser: dashboards, Explore, traces`)
    console.log(`  ${what}${workshop.folder}. Ctrl-C stops.`)
    if (options.demo) summaries.push(await shipLive(workshop, url, stop))
    else await aborted(stop)
  }
  if (summaries.length > 0) console.log(`${reportBalance(summaries)}`)
  return summaries.every(isWhole) ? 0 : 1
}

function remember(path: string): void {
  makeFolder(join(path, '..'))
  writeFileSync(path, `${new Date().toISOString()}\n`)
}

/** `moved`: entries that came too late for their stream and got a time that Loki takes. */
async function shipSamples(workshop: Workshop, url: string) {
  const paths = [join(samplesFolder(), 'formats', '*.log'), join(workshop.systems, '*')]
  let assembly: Assembly | undefined
  const { summary } = await runShipping({
    ...shippingOptions(configOf(workshop, url, paths)),
    once: true,
    assemble: (options) => (assembly = assemble(options)),
  })
  return { summary, moved: assembly?.builder.late ?? 0 }
}

async function shipLive(workshop: Workshop, url: string, stop: AbortSignal): Promise<Summary> {
  const live = startLive(workshop.live)
  stop.addEventListener('abort', () => live.stop())
  try {
    const config = configOf(workshop, url, [join(workshop.live, '*.log')])
    return (await runShipping({ ...shippingOptions(config), once: false, assemble })).summary
  } finally {
    live.stop()
  }
}

/** Shipping hears the signals itself: it stops reading and sends what it has read. */
function shippingOptions(config: Config) {
  return { config, positions: undefined, log: createLog({ level: 'warn' }), showProgress: true }
}

/** The demo is to be the same everywhere: neither a configuration file nor the environment has a say. */
function configOf(workshop: Workshop, url: string, path: readonly string[]): Config {
  return loadConfig({
    flags: {
      loki: { url },
      sources: [{ path: path.map((each) => each.replaceAll('\\', '/')) }],
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
