import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDeadLetters } from '../../shipper/triggers/dead-letters.ts'
import { event, faults, feedOf, type Receiver, receiver, settings, status, until, value, world } from './world.ts'

const seqs = ({ requests }: Receiver) => requests.map(({ body }) => JSON.parse(body).event.seq)

test('what was waiting when Longship ended is sent after the next start, what was done is not', async (t) => {
  const to = await receiver(t)
  const feed = feedOf()
  const first = world(t, to.port, { feed })
  value(first.triggers.create({ name: 'x', url: 'http://a.example/', filter: { severities: ['error'] } }))
  feed.append(event(1))
  feed.append(event(2))
  await to.came(2)
  await until(() => Object.values(first.triggers.stats())[0]!.delivered === 2)
  to.answers = [() => {}]
  feed.append(event(3))
  feed.append(event(4, { severity: 'info' }))
  feed.append(event(5))
  await to.came(3)
  await first.triggers.close()
  to.answers = []
  feed.events.push(event(6))
  const second = world(t, to.port, { feed, folder: first.folder })
  await until(() => Object.values(second.triggers.stats())[0]!.delivered === 3)
  assert.deepEqual(seqs(to), [1, 2, 3, 3, 5, 6])
  await second.triggers.close()
  const third = world(t, to.port, { feed, folder: first.folder })
  feed.append(event(7))
  await until(() => Object.values(third.triggers.stats())[0]!.delivered === 1)
  assert.deepEqual(seqs(to), [1, 2, 3, 3, 5, 6, 7])
})

test('new triggers start at the end of the log: of the API, and of longship.yaml', async (t) => {
  const to = await receiver(t)
  const feed = feedOf(event(1), event(2))
  const { triggers } = world(t, to.port, {
    feed,
    configured: [settings({ name: 'yaml', url: 'http://a.example/yaml' })],
  })
  const { id } = value(triggers.create({ name: 'x', url: 'http://a.example/' }))
  feed.append(event(3))
  await until(() => triggers.stats()[id]!.delivered === 1 && triggers.stats()['yaml']!.delivered === 1)
  assert.deepEqual(seqs(to), [3, 3])
})

test('a trigger that was made just before a crash is told what came since', async (t) => {
  const to = await receiver(t)
  const feed = feedOf(event(1), event(2))
  const first = world(t, to.port, { feed })
  value(first.triggers.create({ name: 'x', url: 'http://a.example/' }))
  await first.triggers.close()
  // As killed before cursors were written for the first time.
  rmSync(`${first.stateFile}.cursors`)
  feed.events.push(event(3))
  world(t, to.port, { feed, folder: first.folder })
  await to.came(1)
  assert.deepEqual(seqs(to), [3])
})

test('a log that was emptied, or cursors that are torn: triggers go on at its end', async (t) => {
  const to = await receiver(t)
  const first = world(t, to.port, { feed: feedOf(event(1), event(2), event(100)) })
  value(first.triggers.create({ name: 'x', url: 'http://a.example/' }))
  await first.triggers.close()
  const emptied = feedOf(event(1))
  const second = world(t, to.port, { feed: emptied, folder: first.folder })
  emptied.append(event(2))
  await to.came(1)
  await second.triggers.close()
  writeFileSync(`${first.stateFile}.cursors`, '{"version":1,"curs')
  const feed = feedOf(event(1), event(2), event(3))
  const third = world(t, to.port, { feed, folder: first.folder })
  assert.match(third.problems.join(), /cursors: is torn.*set aside as/)
  feed.append(event(4))
  await to.came(2)
  assert.deepEqual(seqs(to), [2, 4])
})

test('deliveries survive kill -9: events are told at least once', { timeout: 120_000 }, async (t) => {
  const to = await receiver(t)
  const folder = mkdtempSync(join(tmpdir(), 'longship-kill-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  // The receiver takes its time, so that most is waiting when the process is killed.
  to.answers = [(response) => void setTimeout(() => response.end(), 20)]
  const start = () =>
    spawn(process.execPath, ['--import', 'tsx', 'test/triggers/kill-child.ts', folder, String(to.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const first = start()
  const isOver = new Promise((resolve) => first.once('exit', resolve))
  await to.came(60)
  first.kill('SIGKILL')
  await isOver
  const before = new Set(seqs(to)).size
  assert.ok(before < 200, 'something was waiting')
  const second = start()
  const ended = new Promise((resolve) => second.once('exit', resolve))
  await until(() => new Set(seqs(to)).size === 200)
  second.kill('SIGKILL')
  await ended
  const told = seqs(to)
  assert.deepEqual(
    [...new Set(told)].sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, index) => index + 1),
  )
  // The cursor is about a second old: what is told twice is what was sent since.
  assert.ok(told.length - 200 <= before, `${told.length - 200} twice`)
  assert.ok(told.length < 400)
})

test('dead letters: a file of JSON lines for its owner, without secrets; listed, retried, removed, kept over restarts', async (t) => {
  const to = await receiver(t)
  to.answers = [status(400)]
  const feed = feedOf()
  const first = world(t, to.port, { feed })
  const draft = {
    name: 'Ops',
    url: 'http://hooks.example/secret-path',
    token: 'secret-token',
    headers: { 'X-Key': 'secret-header' },
  }
  const { id } = value(first.triggers.create(draft))
  for (const seq of [1, 2, 3]) feed.append(event(seq))
  await until(() => first.triggers.stats()[id]!.failed === 3)
  assert.equal(statSync(first.deadLetterFile).mode & 0o777, 0o600)
  const text = readFileSync(first.deadLetterFile, 'utf8')
  assert.doesNotMatch(text, /secret-/)
  assert.equal(text.trim().split('\n').length, 3)
  await first.triggers.close()

  const { triggers } = world(t, to.port, { feed, folder: first.folder })
  const letters = triggers.deadLetters()
  assert.deepEqual(
    letters.map(({ event: { seq }, trigger, trigger_name }) => [seq, trigger, trigger_name]),
    [
      [3, id, 'Ops'],
      [2, id, 'Ops'],
      [1, id, 'Ops'],
    ],
  )
  const [third, second, one] = letters.map((letter) => letter.id) as [string, string, string]
  assert.deepEqual(value(await triggers.retryDeadLetter(third)), {
    delivered: false,
    status: 400,
    error: 'http://hooks.example answered 400',
  })
  assert.equal(triggers.deadLetters().find((letter) => letter.id === third)!.attempts, 2)
  to.answers = []
  assert.deepEqual(value(await triggers.retryDeadLetter(third)), { delivered: true, status: 200 })
  assert.deepEqual(value(triggers.removeDeadLetter(second)), { deleted: [second] })
  assert.match(faults(triggers.removeDeadLetter(second)).join(), /no dead letter/)
  assert.equal((await triggers.retryDeadLetter('letter_x')).ok, false)
  await triggers.close()
  const again = world(t, to.port, { feed, folder: first.folder })
  assert.deepEqual(
    again.triggers.deadLetters().map((letter) => letter.id),
    [one],
  )
  value(again.triggers.remove(id))
  assert.match(faults(await again.triggers.retryDeadLetter(one)).join(), /no trigger/)
})

test('dead letters are bounded in number and on disk, the oldest go; damaged lines are passed over and said', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-letters-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'deep', 'dead.jsonl')
  const problems: string[] = []
  const max = 20
  const open = () => openDeadLetters(path, (_, message) => problems.push(message), max)
  const letters = open()
  for (let seq = 1; seq <= 5 * max + 3; seq++) letters.add(letterOf(seq))
  assert.equal(letters.list().length, max)
  assert.equal(letters.list().at(-1)!.event.seq, 4 * max + 4)
  assert.equal(letters.dropped, 4 * max + 3)
  assert.ok(readFileSync(path, 'utf8').split('\n').length <= 3 * max + 2)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(path, `${JSON.stringify({ id: 'letter_1', ...letterOf(1) })}\n{"id":"lett`)
  const again = open()
  assert.equal(again.list().length, 1)
  assert.match(problems.join(), /1 damaged lines/)
  again.add(letterOf(2))
  assert.deepEqual(
    open()
      .list()
      .map((each) => each.event.seq),
    [2, 1],
    'a line behind a torn one is whole',
  )
})

test('a flood of dead letters does not wait for the disk letter by letter, and is on it soon after', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-letters-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'dead.jsonl')
  const linesAtSync: number[] = []
  const letters = openDeadLetters(path, assert.fail, 1000, (file) => {
    linesAtSync.push(readFileSync(file, 'utf8').split('\n').length - 1)
  })
  for (let seq = 1; seq <= 500; seq++) letters.add(letterOf(seq))
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 501, 'in the file at once, for a kill -9')
  assert.deepEqual(linesAtSync, [])
  await until(() => linesAtSync.length > 0)
  letters.add(letterOf(501))
  await until(() => linesAtSync.length > 1)
  assert.deepEqual(linesAtSync, [500, 501])
})

test('a disk that takes no letters is said once; when it takes them again, none is missing and none is torn', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-letters-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'dead.jsonl')
  const problems: string[] = []
  const letters = openDeadLetters(path, (_, message) => problems.push(message))
  // In the way of the file, whoever one is.
  mkdirSync(path)
  for (let seq = 1; seq <= 20; seq++) letters.add(letterOf(seq))
  assert.equal(problems.length, 1)
  assert.equal(letters.list().length, 20)
  rmSync(path, { recursive: true })
  letters.add(letterOf(21))
  assert.equal(openDeadLetters(path, assert.fail).list().length, 21)
  rmSync(path)
  mkdirSync(path)
  letters.add(letterOf(22))
  assert.equal(problems.length, 2)
})

function letterOf(seq: number) {
  return { trigger: 'x', trigger_name: 'x', failed_at: '', attempts: 1, error: 'e', event: event(seq) }
}
