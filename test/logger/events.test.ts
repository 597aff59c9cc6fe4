/** The catalogue is append-only: what was promised in events.txt holds for good. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isEventName } from '../../logger/events/types.ts'
import { CATALOGUE, createLogger, type EventDefinition, type EventName } from '../../logger/index.ts'
import { memoryLogger } from './reader.ts'

/** name | system | level | field:type …, in the order in which they were added; a message behind a third bar. */
const PROMISED = readFileSync('test/logger/events.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

const shown = ([name, { system, level, fields, message }]: [string, EventDefinition]) =>
  `${name} | ${system} | ${level} | ${Object.entries(fields)
    .map(([field, type]) => `${field}:${type}`)
    .join(' ')} | ${message ?? ''}`

test('no event is gone, renamed, of another level, message or type: fields may only be added', () => {
  const now = new Map(Object.entries(CATALOGUE).map((entry) => [entry[0], shown(entry as [string, EventDefinition])]))
  for (const line of PROMISED) {
    const [name, system, level, fields, message] = line.split(' |').map((cell) => cell.trim())
    const today = now
      .get(name!)
      ?.split(' |')
      .map((cell) => cell.trim())
    assert.ok(today, `${name} was promised and is not in the catalogue any more`)
    assert.deepEqual([today[1], today[2], today[4]], [system, level, message], name)
    assert.ok(
      `${today[3]} `.startsWith(fields === '' ? '' : `${fields} `),
      `${name}: had "${fields}", has "${today[3]}"`,
    )
  }
})

test('every event is promised: add new ones, and new fields, to test/logger/events.txt', () => {
  assert.deepEqual(
    Object.entries(CATALOGUE).map((entry) => shown(entry as [string, EventDefinition])),
    PROMISED,
  )
})

test('every event is logged at its level, under its name, with its message', () => {
  for (const [name, { level, message }] of Object.entries(CATALOGUE) as [EventName, EventDefinition][]) {
    assert.ok(isEventName(name))
    const { logger, records } = memoryLogger()
    logger.event(name)
    const [record] = records()
    assert.deepEqual([record?.event, record?.level, record?.message], [name, level, message])
  }
})

test('names that the samples of the five systems use are in the catalogue', async () => {
  const { recordsOf, SYSTEM_FILES } = await import('../systems/records.ts')
  // Ansible's events are made by its reader.
  const used = new Set(
    SYSTEM_FILES.filter((file) => file !== 'infrastructure.log')
      .flatMap((file) => recordsOf(file))
      .map(({ text }) => text.event),
  )
  const missing = [...used].filter((name) => name !== undefined && isEventName(name) && !(name in CATALOGUE))
  assert.deepEqual(missing, [])
})

/** Checked by tsc: known events have typed fields, unknown names take any. */
export function typed(): void {
  const logger = createLogger({ service: 'x' })
  logger.event('provision.start', { workspace_id: 'ws-1', sync: true, extra: 1 })
  // @ts-expect-error sync is a boolean
  logger.event('provision.start', { sync: 'yes' })
  logger.event('my.own.event', { sync: 'yes' })
}
