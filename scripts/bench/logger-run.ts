/**
 * One measurement of one logger, in a process of its own: node logger-run.ts <logger> <measure> [url]. Prints JSON.
 * call: µs and heap bytes a call. rate: CPU and event-loop delay under 10,000 lines/s. http: CPU of logging in a service
 * that answers 2,000 requests/s with 3 lines each. burst: 100,000 lines at once to a Loki that fails at times.
 */
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import pinoLoki from 'pino-loki'
import winston from 'winston'
import LokiTransport from 'winston-loki'
import { createLogger, lokiTransport, stdoutTransport } from '../../logger/index.ts'

type Log = (message: string, fields: object) => void

interface Subject {
  readonly log: Log
  end?(): Promise<unknown>
}

/** Takes everything and keeps nothing: what is measured is the logger, not a disk. */
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done(), decodeStrings: false })
const [name = '', measure = '', url = ''] = process.argv.slice(2)

const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  longship() {
    const logger = createLogger({ service: 'api', format: 'json', transports: [stdoutTransport({ stream: nowhere })] })
    return { log: logger.info }
  },
  'longship without redaction'() {
    const transports = [stdoutTransport({ stream: nowhere })]
    return { log: createLogger({ service: 'api', format: 'json', redact: false, transports }).info }
  },
  winston() {
    const { combine, timestamp, json } = winston.format
    const logger = winston.createLogger({
      format: combine(timestamp(), json()),
      defaultMeta: { service: 'api', node: 'api' },
      transports: [new winston.transports.Stream({ stream: nowhere })],
    })
    return { log: (message, fields) => void logger.info(message, fields) }
  },
  pino() {
    const logger = pino({ base: { service: 'api', node: 'api' }, timestamp: pino.stdTimeFunctions.isoTime }, nowhere)
    return { log: (message, fields) => logger.info(fields, message) }
  },
  'longship to Loki'() {
    const transport = lokiTransport({ url, spool: false, onProblem: () => {}, backoff: { minMs: 50, maxMs: 500 } })
    const logger = createLogger({ service: 'api', format: 'json', transports: [transport] })
    return { log: logger.info, end: () => logger.close(30_000) }
  },
  'winston-loki'() {
    const transport = new LokiTransport({
      host: url,
      json: true,
      labels: { service: 'api' },
      interval: 1,
      timeout: 10_000,
      gracefulShutdown: false,
      onConnectionError: () => {},
    })
    const logger = winston.createLogger({ format: winston.format.json(), transports: [transport] })
    return {
      log: (message, fields) => void logger.info(message, fields),
      // Thirty seconds, as the other has.
      end: () => Promise.race([transport.flush().then(() => transport.close()), sleep(30_000)]),
    }
  },
  'pino-loki'() {
    // As its transport runs in a worker, but here: its own time would not be counted there.
    const labels = { service: 'api' }
    const stream = pinoLoki({ host: url, labels, timeout: 10_000, silenceErrors: true, batching: { interval: 1 } })
    const logger = pino({ base: { node: 'api' } }, stream)
    return {
      log: (message, fields) => logger.info(fields, message),
      end: () => Promise.race([once(stream.end(), 'close'), sleep(30_000)]),
    }
  },
}

const FIELDS = {
  correlation_id: 'req_93ff1c7c',
  method: 'GET',
  path: '/api/projects/12',
  status_code: 200,
  duration_ms: 236.25,
  user_id: 123,
}

const MEASURES: Readonly<Record<string, (subject: Subject) => Promise<object> | object>> = {
  call({ log }) {
    for (let i = 0; i < 50_000; i++) log('request answered', FIELDS)
    const costs: number[] = []
    for (let round = 0; round < 9; round++) {
      const startedAt = process.hrtime.bigint()
      for (let i = 0; i < 20_000; i++) log('request answered', FIELDS)
      costs.push(Number(process.hrtime.bigint() - startedAt) / 20_000 / 1000)
    }
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 2000; i++) log('request answered', FIELDS)
    const heap = (process.memoryUsage().heapUsed - before) / 2000
    return { us_a_call: costs.sort((a, b) => a - b)[4], heap_bytes_a_call: Math.round(heap) }
  },
  rate: (subject) => paced(subject, 1000, 10),
  async http({ log }) {
    // As 6,000 lines a second; the CPU of an empty loop of the same pace is taken off.
    const idle = await paced({ log: () => {} }, 600, 10)
    const busy = await paced({ log }, 600, 10)
    return { cpu_percent: busy.cpu_percent - idle.cpu_percent }
  },
  async burst({ log, end }) {
    const startedAt = performance.now()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    for (let i = 0; i < 100_000; i++) {
      log('burst of lines', { i })
      if (i % 1000 === 999) await sleep(0)
    }
    await end?.()
    return { seconds: (performance.now() - startedAt) / 1000, delay_max_ms: delay.max / 1e6 }
  },
}

/** `lines` every `everyMs` × 10 for five seconds. */
async function paced({ log }: Pick<Subject, 'log'>, lines: number, everyMs: number) {
  const each = lines / 10
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await new Promise<void>((resolve) => {
    let ticks = 0
    let from = process.cpuUsage()
    let at = performance.now()
    const timer = setInterval(() => {
      if (ticks === 100) {
        from = process.cpuUsage()
        at = performance.now()
        delay.enable()
      }
      for (let i = 0; i < each; i++) log('request answered', FIELDS)
      if (++ticks < 500) return
      clearInterval(timer)
      used = process.cpuUsage(from)
      wall = performance.now() - at
      resolve()
    }, everyMs)
  })
  return { cpu_percent: (used.user + used.system) / 10 / wall, delay_p99_ms: delay.percentile(99) / 1e6 }
}

let used = { user: 0, system: 0 }
let wall = 1

const subject = SUBJECTS[name]!()
const result = await MEASURES[measure]!(subject)
if (measure === 'rate') await subject.end?.()
console.log(JSON.stringify(result))
process.exit(0)
