/** System D's program, written by our API: each line's record has what that of the sample has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventName, Logger } from '../../logger/index.ts'
import { recordsOf } from '../systems/records.ts'
import { memoryLogger, written } from './reader.ts'

type Line = Record<string, unknown>

/** What the sample's program says → the event of the catalogue. */
const EVENTS: ReadonlyMap<string, EventName> = new Map([
  ['rules loaded', 'rules_loaded'],
  ['rule left out of the snapshot', 'rule_left_out'],
  ['tail started', 'tail_started'],
  ['reconciled', 'reconciled'],
  ['hit stored', 'hit_stored'],
  ['hit dropped', 'hit_dropped'],
  ['webhook sent', 'webhook_sent'],
  ['webhook target refused', 'webhook_target_refused'],
])

/** What every line has, and what only says how slog wrote it. */
const OWN = ['timestamp', 'level', 'service', 'node', 'format', 'msg', 'outcome', 'component']

/** The sample's own words: of a stored hit `message` is the line that was hit, and slog's msg stands beside it. */
const said = (line: Line) => String(line.msg ?? line.message)

test('D: every line of the scanner and its triggers', () => {
  const { logger, records } = memoryLogger({ service: 'tinyforge' })
  const samples = recordsOf('tinyforge.log').map(written)
  const known = samples.filter((line) => EVENTS.has(said(line)))
  assert.deepEqual([...new Set(known.map(said))].sort(), [...EVENTS.keys()].sort(), 'a sample of each event')
  for (const line of known) log(logger, line)
  const ours = records()
  assert.equal(ours.length, known.length)
  known.forEach((sample, i) => {
    const line = ours[i]!
    assert.equal(line.event, EVENTS.get(said(sample)))
    for (const [name, value] of Object.entries(sample)) {
      if (!['timestamp', 'format', 'msg', 'elapsed', 'level'].includes(name)) assert.deepEqual(line[name], value, name)
    }
    // A webhook that failed is a warning of the sample's; the catalogue gives its events one level each.
    if (said(sample) !== 'webhook sent') assert.equal(line.level, sample.level, said(sample))
  })
})

function log(logger: Logger, sample: Line): void {
  const fields = Object.fromEntries(Object.entries(sample).filter(([name]) => !OWN.includes(name)))
  // The catalogue says these messages itself.
  if (said(sample) === sample.message) delete fields.message
  // slog's number of nanoseconds; ours is Go's text, which reads the same.
  if (typeof fields.elapsed === 'number') fields.elapsed = `${fields.elapsed / 1e6}ms`
  delete fields.duration_ms
  logger.child({ component: sample.component }).event(EVENTS.get(said(sample))!, fields)
}
