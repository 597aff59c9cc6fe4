/**
 * npm run conformance -- [ORACLE] SUBJECT: asks two Lokis the same questions over the same data, and prints where they
 * differ. SUBJECT may be `embedded`: our own server, in process. Without ORACLE the answers in the questions' file count.
 * Exit code 1 when anything differs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { createServer } from '../loki/server/server.ts'
import { differences, type Told, toldBy } from './conformance/compare.ts'
import { type Question, randomQuestions } from './conformance/random.ts'

interface Options {
  readonly dataset?: string
  readonly push: boolean
  readonly questions?: string
  readonly random?: string
  readonly seed: string
  readonly words: boolean
  readonly only?: string
  readonly save?: string
  readonly concurrency: string
}

const command = new Command('conformance')
  .description('Asks two Lokis the same questions over the same data and prints the differences.')
  .argument('<url...>', '[oracle] subject: base URLs; the subject may be "embedded"')
  .option('--dataset <file>', 'a JSON push body: what "embedded" is filled with, and what --random asks about')
  .option('--push', 'push the dataset into the Lokis that are URLs too', false)
  .option('--questions <file>', 'JSON: [{family, path, params, and what is to be answered}]')
  .option('--random <number>', 'so many random questions about the dataset')
  .option('--seed <number>', 'of the random questions', '1')
  .option('--words', 'compare the words of refusals, too', false)
  .option('--only <text>', 'only questions whose query or family holds this text')
  .option('--save <file>', 'write the questions with the oracle’s answers that differ, as a questions file')
  .option('--concurrency <number>', 'questions at a time', '4')
  .parse()

const CENTURY_MS = 100 * 365 * 86_400_000
const TIMEOUT_MS = 60_000
/** Of what differs, in a report. */
const MAX_LINE = 600

const options = command.opts<Options>()
const [first, second] = command.args
const dataset = options.dataset === undefined ? undefined : readFileSync(options.dataset)

process.exitCode = await main(second === undefined ? undefined : first, second ?? first!)

async function main(oracle: string | undefined, subject: string): Promise<number> {
  const questions = loadQuestions().filter(isWanted)
  if (questions.length === 0) throw new Error('there are no questions: give --questions or --random with --dataset')
  const server = subject === 'embedded' ? openEmbedded() : undefined
  const url = server === undefined ? subject : (await server.listen()).url
  if (dataset !== undefined) {
    const targets = [
      ...(server === undefined ? [] : [url]),
      ...(options.push ? [oracle, server ? undefined : url] : []),
    ]
    for (const target of targets) if (target !== undefined) await push(target, dataset)
  }
  const failed: Question[] = []
  let at = 0
  let unanswered = 0
  const worker = async () => {
    for (let question = questions[at++]; question !== undefined; question = questions[at++]) {
      const expected = oracle === undefined ? (question as Told) : await askTwice(oracle, question)
      if (expected.status === 0) {
        unanswered++
        continue
      }
      const found = differences(expected, await ask(url, question), { words: options.words })
      if (found.length === 0) continue
      failed.push({ ...question, ...expected })
      report(question, found)
    }
  }
  await Promise.all(Array.from({ length: Number(options.concurrency) }, worker))
  await server?.close()
  if (options.save !== undefined) writeFileSync(options.save, JSON.stringify(failed))
  if (unanswered > 0) console.log(`${unanswered} that the oracle did not answer in time`)
  console.log(`${questions.length} questions, ${failed.length} differ`)
  return failed.length === 0 ? 0 : 1
}

function loadQuestions(): Question[] {
  const asked = options.questions === undefined ? [] : JSON.parse(readFileSync(options.questions, 'utf8'))
  if (options.random === undefined) return asked
  if (dataset === undefined) throw new Error('--random asks about a --dataset')
  return [...asked, ...randomQuestions(JSON.parse(dataset.toString()), Number(options.random), Number(options.seed))]
}

function isWanted({ family, params }: Question): boolean {
  const { only } = options
  return only === undefined || `${family} ${params['query']}`.includes(only)
}

/** As the oracle is set up that answers.json was made with: no label is added, no age refused. */
function openEmbedded() {
  return createServer({
    port: 0,
    data: 'memory',
    settings: { maxChunkAge: CENTURY_MS },
    limits: {
      reject_old_samples: false,
      creation_grace_period: CENTURY_MS,
      discover_service_name: [],
      discover_log_levels: false,
      ingestion_rate_mb: 1e6,
      ingestion_burst_size_mb: 1e6,
      per_stream_rate_limit: 1e12,
      per_stream_rate_limit_burst: 1e12,
    },
  })
}

async function push(url: string, body: Buffer): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers, body: new Uint8Array(body) })
  if (response.status !== 204)
    throw new Error(`${url} took the dataset with ${response.status}: ${await response.text()}`)
}

/** An oracle may be busy: what it cannot answer says nothing of the subject. */
async function askTwice(url: string, question: Question): Promise<Told> {
  const told = await ask(url, question)
  return told.status === 0 ? ask(url, question) : told
}

async function ask(url: string, { path, params }: Question): Promise<Told> {
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  )
  try {
    const response = await fetch(`${url}${path}?${query}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    return toldBy(response.status, await response.text())
  } catch (error) {
    return { status: 0, error: `no answer: ${(error as Error).message}` }
  }
}

function report({ family, path, params }: Question, found: readonly string[]): void {
  const { query, ...others } = params
  const rest = Object.entries(others).map(([name, value]) => `${name}=${value}`)
  console.log(`\n${family}: ${query}\n  ${path} ${rest.join(' ')}`)
  for (const line of found) console.log(`  - ${line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line}`)
}
