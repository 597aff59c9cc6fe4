/** What must not be left out: open children, LangGraph's way out of a node, counts of sampling at every end. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createOperationLogger, logNodeExecution, logToolExecution } from '../../logger/index.ts'
import { createSampler } from '../../logger/sampling.ts'
import { newFolder, runNode } from './programs.ts'
import { memoryLogger } from './reader.ts'

test('a child operation that is left open is reported when its parent ends, with its steps', () => {
  const { logger, records } = memoryLogger()
  const operation = createOperationLogger(logger, { jobId: 'job-1' }).startOperation('cutover')
  operation.createChildContext('verify').startStep('ping')
  operation.createChildContext('done').endOperation()
  operation.endOperation()
  const ends = records().filter(({ event }) => String(event).endsWith('_end'))
  assert.deepEqual(
    ends.map(({ event, operation, status, error_type }) => [event, operation, status, error_type]),
    [
      ['operation_end', 'done', 'completed', undefined],
      ['step_end', 'verify', 'failed', 'never_ended'],
      ['operation_end', 'verify', 'failed', 'never_ended'],
      ['operation_end', 'cutover', 'completed', undefined],
    ],
  )
})

test('LangGraph: an interrupt completes the node, a Command changes what its update has, this stays', async () => {
  const { logger, records } = memoryLogger()
  // As @langchain/langgraph's GraphBubbleUp and Command look.
  const interrupt = Object.assign(new Error('[]'), { name: 'GraphInterrupt', is_bubble_up: true })
  const asking = logNodeExecution(logger, 'approval', async () => Promise.reject(interrupt))
  await assert.rejects(asking(), interrupt)
  const command = { lg_name: 'Command', goto: ['next'], update: { messages: [], plan: 'x' } }
  assert.equal(logNodeExecution(logger, 'router', () => command)(), command)
  const tools = { unit: 'ms', show: logToolExecution(logger, 'show', showUnit) }
  assert.equal(tools.show(), 'ms')
  const ends = records().filter(({ event }) => event === 'node_complete' || event === 'node_failed')
  assert.deepEqual(
    ends.map(({ node, event, interrupted, state_updates }) => [node, event, interrupted, state_updates]),
    [
      ['approval', 'node_complete', true, []],
      ['router', 'node_complete', undefined, ['messages', 'plan']],
    ],
  )
})

function showUnit(this: unknown): string {
  return (this as { readonly unit: string }).unit
}

test('sampling: names made from ids do not escape their rule; levels may have any of their names', () => {
  const { sample, drain } = createSampler([{ level: 'warning', oneOf: 100 }])
  let kept = 0
  let stoodFor = 0
  for (let i = 0; i < 50_000; i++) {
    const count = sample('warn', `event_${i}`, 0)
    if (count !== undefined && count > 0) {
      kept++
      stoodFor += count
    }
  }
  for (const { count } of drain()) stoodFor += count
  assert.equal(stoodFor, 50_000)
  assert.ok(kept < 2000, `${kept} kept`)
  assert.equal(sample('info', 'x', 0), undefined)
  assert.throws(() => createSampler([{ level: 'loud', oneOf: 2 }]), /level must be one of/)
})

for (const [name, end, signal] of [
  ['process.exit', 'process.exit(0)', undefined],
  ['nothing left to do', '', undefined],
  ['SIGTERM', `setInterval(() => {}, 1000); console.error('up')`, 'SIGTERM'],
] as const) {
  test(`sampling: ${name} loses no count`, async () => {
    const { stdout } = await runNode(
      `const logger = createLogger({ service: 'x', format: 'json', sampling: [{ event: 'hit', oneOf: 100 }] })
       for (let i = 0; i < 250; i++) logger.event('hit')
       ${end}`,
      signal,
    )
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { sample_count: number })
    assert.ok(lines.length < 10)
    assert.equal(
      lines.reduce((sum, { sample_count }) => sum + sample_count, 0),
      250,
    )
  })
}

test('process.exit after 20,000 lines into a pipe that is read late: all of them', async () => {
  const { stdout, code } = await runNode(
    `const logger = createLogger({ service: 'x', format: 'json' })
     for (let i = 0; i < 20_000; i++) logger.info('line ' + i)
     logger.error('last words')
     process.exit(3)`,
  )
  assert.equal(code, 3)
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, 20_001)
  assert.match(lines.at(-1)!, /last words/)
})

test('a signal ends a program that also has the package signal-exit: neither waits for the other', async () => {
  const spool = newFolder()
  // What signal-exit 4 does: publishes how many listeners it has, ends the process when there are no others.
  const { signal } = await runNode(
    `globalThis[Symbol.for('signal-exit emitter')] = { count: 1 }
     const listener = () => {
       if (process.listeners('SIGTERM').length !== 1) return
       process.off('SIGTERM', listener)
       process.kill(process.pid, 'SIGTERM')
     }
     process.on('SIGTERM', listener)
     const transport = lokiTransport({ url: 'http://127.0.0.1:9', spool: ${JSON.stringify(spool)}, onProblem: () => {} })
     createLogger({ service: 'x', format: 'json', transports: [transport] }).info('last words')
     setInterval(() => {}, 1000)
     console.error('up')`,
    'SIGTERM',
  )
  assert.equal(signal, 'SIGTERM')
  const { readdirSync } = await import('node:fs')
  assert.match(readFileSync(`${spool}/${readdirSync(spool)[0]}`, 'utf8'), /last words/)
})
