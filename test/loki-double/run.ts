/**
 * The Loki double as a process of its own, for tests that kill the shipper:
 *   node --import tsx test/loki-double/run.ts [--port 0] [--script '500*3,hang,ok'] [--poison TEXT] [--limits JSON]
 * Prints {"url":"http://127.0.0.1:PORT"} and serves until it is ended. GET /double/stored (JSON lines: stream, ts, line,
 * metadata), GET /double/stats, POST /double/script.
 */
import { parseArgs } from 'node:util'
import { startDouble } from './double.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    script: { type: 'string', default: '' },
    poison: { type: 'string' },
    limits: { type: 'string', default: '{}' },
  },
})
const { port, script, poison, limits } = values
const double = await startDouble({
  port: Number(port),
  script,
  limits: JSON.parse(limits),
  ...(poison !== undefined && { poison }),
})
process.stdout.write(`${JSON.stringify({ url: double.url })}\n`)
process.on('SIGTERM', () => process.exit(0))
