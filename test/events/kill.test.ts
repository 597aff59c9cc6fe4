/** kill -9 of a process that appends, and ships: every append that returned is in the log, and comes to Loki. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import { startDouble } from '../loki-double/double.ts'
import { newFolder, openLog } from './folder.ts'

const KILLS = 5
const APPENDER = join(import.meta.dirname, 'appender.ts')

let runs = 0

/** Numbers that it said before it was killed. */
async function appendAndKill(folder: string, url: string | undefined, afterMs: number): Promise<number[]> {
  const said = join(newFolder(), String(++runs))
  const args = url === undefined ? [folder, said] : [folder, said, url]
  const child = spawn(process.execPath, ['--import', 'tsx', APPENDER, ...args])
  let stderr = ''
  child.stderr.on('data', (text) => void (stderr += text))
  const closed = once(child, 'close')
  for (let waited = 0; waited < 30_000 && stderr === '' && !(existsSync(said) && statSync(said).size > 0); waited += 10)
    await sleep(10)
  await sleep(afterMs)
  child.kill('SIGKILL')
  await closed
  assert.equal(stderr, '')
  return readFileSync(said, 'utf8').split('\n').slice(0, -1).map(Number)
}

test(`${KILLS} times kill -9 while a process appends: every append that returned is there, once`, async () => {
  const folder = newFolder()
  const said: number[] = []
  for (let kill = 0; kill < KILLS; kill++) said.push(...(await appendAndKill(folder, undefined, 30 + 37 * kill)))
  assert.ok(said.length > 500, `${said.length} appended: this test shows nothing`)
  assert.deepEqual(said, [...new Set(said)], 'no number comes twice')
  const { log } = openLog(folder, { maxBytes: 64 * 1024 * 1024, maxAgeMs: 1e15 })
  const found = new Set<number>()
  for (let seq = 0; ; ) {
    const events = log.since(seq, { limit: 1000 })
    for (const event of events) found.add(event.seq)
    if (events.length === 0) break
    seq = events.at(-1)?.seq as number
  }
  assert.deepEqual(
    said.filter((seq) => !found.has(seq)),
    [],
  )
  // The kill may come between the write and the word.
  assert.ok(found.size - said.length <= KILLS, `${found.size} found, ${said.length} said`)
  assert.equal(log.stats().damaged, 0)
})

test('kill -9 while events are shipped: each that was appended comes to Loki, and what comes again is the same', async (t) => {
  const folder = newFolder()
  // Answers late: events are often stored and not yet acknowledged when the kill comes.
  const double = await startDouble({ script: 'slow:30*100000' })
  t.after(() => double.close())
  const said: number[] = []
  for (let kill = 0; kill < 3; kill++) said.push(...(await appendAndKill(folder, double.url, 200 + 60 * kill)))
  const seqs = () => double.distinct().map(({ line }) => JSON.parse(line).event_seq as number)
  const before = new Set(seqs())
  assert.ok(before.size > 0, 'nothing was shipped before the kills: this test shows nothing')
  assert.ok(
    said.some((seq) => !before.has(seq)),
    'no kill left anything in the log: this test shows nothing',
  )
  const { log } = openLog(folder, { maxBytes: 64 * 1024 * 1024, maxAgeMs: 1e15 })
  const onProblem = (path: string, message: string) => assert.fail(`${path} ${message}`)
  const { pipeline, close } = assemble({
    config: loadConfig({ flags: { loki: { url: double.url } } }),
    once: false,
    positions: undefined,
    events: log,
    onPush: () => {},
    onProblem,
  })
  double.setScript('')
  const stop = new AbortController()
  const running = pipeline.run(stop.signal, new AbortController().signal)
  const missing = () => {
    const came = new Set(seqs())
    return said.filter((seq) => !came.has(seq))
  }
  for (let waited = 0; waited < 20_000 && missing().length > 0; waited += 200) await sleep(200)
  stop.abort()
  await running
  await close()
  assert.deepEqual(missing(), [])
  const came = seqs()
  assert.equal(
    came.length,
    new Set(came).size,
    'an event that came again is the same to the byte, so that Loki has it once',
  )
})
