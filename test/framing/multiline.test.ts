import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createFramer, type FramedEvent } from '../../shipper/framing/index.ts'
import { MAX_EVENT_LINES } from '../../shipper/framing/multiline.ts'

interface Case {
  readonly name: string
  /** Physical lines. */
  readonly input: string[]
  /** Events as text. */
  readonly events: string[]
}

function readCases(): Case[] {
  const cases: Case[] = []
  for (const line of readFileSync(new URL('multiline.txt', import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('-- ')) cases.push({ name: line.slice(3), input: [], events: [] })
    const last = cases.at(-1)
    if (!last || line === '' || line.startsWith('-- ') || line.startsWith('# ')) continue
    const text = line.slice(2)
    last.input.push(text)
    if (line.startsWith('> ')) last.events.push(text)
    else if (line.startsWith('|')) last.events[last.events.length - 1] += `\n${text}`
  }
  return cases
}

const whole = ({ message: { head, rest } }: FramedEvent) => (rest === '' ? head : `${head}\n${rest}`)

/** The events of a text that arrives in blocks of `size` bytes; a lane that takes what starts with { or has level=. */
function frame(text: string, size: number, withLane = false): string[] {
  const framer = createFramer({ framing: 'auto', multiline: true })
  const events: string[] = []
  const bytes = Buffer.from(text)
  const ends: number[] = []
  const line = (block: Uint8Array, start: number, end: number, endOffset: number) => {
    const taken = Buffer.from(block.subarray(start, end)).toString()
    if (!/^\{|level=/.test(taken)) return false
    events.push(taken)
    ends.push(endOffset)
    return true
  }
  let lines = 0
  const event = (framed: FramedEvent) => {
    events.push(whole(framed))
    ends.push(framed.end)
    lines += framed.lines
  }
  const sink = withLane ? { event, line } : { event }
  for (let at = 0; at < bytes.length; at += size) framer.push(bytes.subarray(at, at + size), at, sink)
  framer.end(sink)
  assert.ok(
    ends.every((end, i) => i === 0 || end >= ends[i - 1]!),
    'positions never go back',
  )
  assert.equal(framer.position, bytes.length)
  if (!withLane) assert.equal(framer.counts.lines, lines + framer.counts.empty)
  return events
}

for (const { name, input, events } of readCases()) {
  test(`multiline: ${name}`, () => {
    const text = `${input.join('\n')}\n`
    assert.deepEqual(frame(text, 1 << 20), events)
    assert.deepEqual(frame(text, 1 << 20, true), events)
    for (const size of [1, 7, 64]) assert.deepEqual(frame(text, size), events, `blocks of ${size}`)
    assert.deepEqual(frame(text.slice(0, -1).replaceAll('\n', '\r\n'), 100), events)
  })
}

test('multiline: a pretty-printed object becomes one line again', () => {
  assert.deepEqual(frame('{\n  "a": 1,\n  "b": {\n    "c": "x"\n  }\n}\n{\n  "a": 2\n}\n{"a":3}\n', 50), [
    '{"a": 1,"b": {"c": "x"}}',
    '{"a": 2}',
    '{"a":3}',
  ])
})

test('multiline: a JSON line takes a stack that follows it, and nothing else', () => {
  const text = '{"msg":"a"}\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n{"msg":"b"}\n    indented\n'
  const events = ['{"msg":"a"}\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)', '{"msg":"b"}', '    indented']
  assert.deepEqual(frame(text, 1000), events)
  assert.deepEqual(frame(text, 1000, true), events)
})

test('multiline: bounded; a split is counted, nothing is lost', () => {
  const framer = createFramer({ framing: 'lines', multiline: true })
  const events: FramedEvent[] = []
  const sink = { event: (event: FramedEvent) => events.push(event) }
  const text = `2026-05-05 12:30:11 ERROR deep\n${'\tat a.B.c(B.java:1)\n'.repeat(2500)}`
  framer.push(Buffer.from(text), 0, sink)
  framer.end(sink)
  assert.equal(events.length, 3)
  assert.equal(events[0]!.lines, MAX_EVENT_LINES)
  assert.equal(framer.counts.split, 2)
  assert.equal(`${events.map(whole).join('\n')}\n`, text)
})

test('multiline: off means a line is an event', () => {
  const framer = createFramer({ framing: 'auto', multiline: false })
  const events: string[] = []
  const sink = { event: (event: FramedEvent) => events.push(whole(event)) }
  framer.push(Buffer.from('2026-05-05 12:30:11 ERROR deep\n\tat a.B.c(B.java:1)\n'), 0, sink)
  assert.deepEqual(events, ['2026-05-05 12:30:11 ERROR deep', '\tat a.B.c(B.java:1)'])
})

test('multiline: idle lets the event go, but not a line without its end', () => {
  const framer = createFramer({ framing: 'auto', multiline: true })
  const events: string[] = []
  const sink = { event: (event: FramedEvent) => events.push(whole(event)) }
  framer.push(Buffer.from('2026-05-05 12:30:11 INFO a\nhalf'), 0, sink)
  assert.deepEqual(events, [])
  framer.idle(sink)
  assert.deepEqual(events, ['2026-05-05 12:30:11 INFO a'])
  assert.equal(framer.position, 27)
  framer.push(Buffer.from(' done\n'), 31, sink)
  framer.idle(sink)
  assert.deepEqual(events.slice(1), ['half done'])
})

test('multiline: hostile lines take linear time', () => {
  const pieces = ['at a.', ' ', '\t', 'A.', '(', ':in `', '1:', ' in ', '#0 ', 'a-', '[', 'Error']
  const started = process.cpuUsage().user
  for (const piece of pieces) {
    const long = piece.repeat(500_000 / piece.length)
    frame(`2026-05-05 12:30:11 ERROR x\n${long}\n  ${long}\npanic: x\n${long}\n`, 1 << 20)
  }
  assert.ok(process.cpuUsage().user - started < 5e6)
})
