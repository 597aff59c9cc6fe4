#!/usr/bin/env node
/** argv → command. Each command is a file in commands/, loaded only when it is asked for. */
import { Command } from 'commander'
import { LongshipError } from './errors.ts'
import { version } from './version.ts'

type Run = (argv: string[]) => Promise<number>

interface Entry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly run: Run }>
}

const commands: readonly Entry[] = [
  {
    name: 'up',
    summary: 'embedded Loki, the bundled samples and a live demo: the quickest look',
    load: () => import('./commands/up.ts'),
  },
  { name: 'ship', summary: 'tail files and push what they say to Loki', load: () => import('./commands/ship.ts') },
  { name: 'normalize', summary: 'print one JSON record a log line', load: () => import('./commands/normalize.ts') },
  {
    name: 'explain',
    summary: 'say which format takes a line, and where each field came from',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'query',
    summary: 'ask LogQL of any Loki, or of local log files',
    load: () => import('./commands/query.ts'),
  },
  {
    name: 'trace',
    summary: 'print the timeline of an id across services',
    load: () => import('./commands/trace.ts'),
  },
  { name: 'serve', summary: 'run the embedded Loki', load: () => import('./commands/serve.ts') },
  {
    name: 'faro',
    summary: 'receive what browsers send with Grafana Faro',
    load: () => import('./commands/faro.ts'),
  },
  {
    name: 'test',
    summary: 'unit tests of LogQL, alert rules and dashboards',
    load: () => import('./commands/test.ts'),
  },
  { name: 'scan', summary: 'print what rules find in log files', load: () => import('./commands/scan.ts') },
  {
    name: 'patterns',
    summary: 'print what log files are made of, a template for each kind of message',
    load: () => import('./commands/patterns.ts'),
  },
  { name: 'rules', summary: 'unit tests of scan rules', load: () => import('./commands/rules.ts') },
  {
    name: 'dashboards',
    summary: 'make dashboards, rules and runbooks anew, or check that they are what they should be',
    load: () => import('./commands/dashboards.ts'),
  },
  {
    name: 'doctor',
    summary: 'check configuration, files and Loki, and say what to do',
    load: () => import('./commands/doctor.ts'),
  },
]

// Whoever reads our output may go (`| head`): then that is the end of what is printed, not a failure. Shipping prints its
// balance last, and goes on when nobody reads its log lines any more.
process.stdout.on('error', (error) => {
  if (!isPipeClosed(error)) throw error
  process.exit()
})
process.stderr.on('error', () => {})

process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  const entry = commands.find(({ name }) => name === argv[0])
  try {
    if (entry !== undefined) return await (await entry.load()).run(argv.slice(1))
    return await overview(argv)
  } catch (error) {
    if (error instanceof LongshipError) {
      console.error(`longship: ${error.message}`)
      return error.exitCode
    }
    if (isPipeClosed(error)) return 0
    throw error
  }
}

/** `longship`, `longship --help`, `longship --version`, and names that are no command. */
async function overview(argv: string[]): Promise<number> {
  const program = new Command('longship')
    .description('Gets logs of any format into Loki under one schema.')
    .version(version)
    .addHelpText('after', '\nRun "longship <command> --help" for a command\'s options.')
    .exitOverride()
  for (const { name, summary } of commands) program.command(name, { hidden: false }).description(summary)
  if (argv.length === 0) {
    program.outputHelp()
    return 0
  }
  if (!argv[0].startsWith('-') && argv[0] !== 'help') {
    const { didYouMean } = await import('./suggest.ts')
    const names = commands.map(({ name }) => name)
    throw new LongshipError(
      'usage',
      `there is no command "${argv[0]}". Known: ${names.join(', ')}.${didYouMean(argv[0], names)}`,
    )
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? 0 : 2
  }
}

/** `longship normalize big.log | head` closes our output: that is an end, not a failure. */
function isPipeClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === 'EPIPE'
}
