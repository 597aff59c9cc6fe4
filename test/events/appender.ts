/**
 * A process that appends events without end, and says the number of each once append() has returned it; tests kill it.
 * node --import tsx appender.ts FOLDER FILE-FOR-NUMBERS [URL of a Loki that is shipped to]
 */
import { openSync, writeSync } from 'node:fs'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import { openEventLog } from '../../shipper/events/log.ts'

const [folder, said, url] = process.argv.slice(2)
const numbers = openSync(said, 'a')
const log = openEventLog({
  folder,
  maxAgeMs: 3_600_000,
  maxBytes: 64 * 1024 * 1024,
  now: Date.now,
  onProblem: (path, message) => console.error(path, message),
})

if (url !== undefined) {
  const config = loadConfig({
    flags: {
      loki: { url },
      batch: { max_wait: '20ms', max_entries: 200 },
      push: { retry: { min: '20ms', max: '100ms' } },
    },
  })
  const never = new AbortController().signal
  const assembly = assemble({
    config,
    once: false,
    positions: undefined,
    events: log,
    onPush: () => {},
    onProblem: (path, message) => console.error(path, message),
  })
  void assembly.pipeline.run(never, never)
}

function appendSome(): void {
  for (let i = 0; i < 20; i++) {
    const now = Date.now()
    const event = log.append({
      time: { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 },
      source: 'logscan',
      event: 'rule_hit',
      severity: 'error',
      message: `something ${'happened '.repeat(i)}`,
      metadata: { workload: 'shop', container: 'c', rule_id: 'r', rule_name: 'R' },
      key: '',
    })
    // Not to a pipe: a full one would have to be waited for.
    writeSync(numbers, `${event?.seq}\n`)
  }
  setTimeout(appendSome, 1)
}
appendSome()
