/** How well messages are grouped: hand-labelled samples, and cases by the rule that they show. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { groupingAccuracy, idsOf, readLabelled } from './accuracy.ts'
import { openBench } from './miner.ts'

const LEAST_ACCURACY = 0.9

test('grouping accuracy on the bundled samples is at least 0.9', () => {
  const lines = readLabelled(readFileSync(new URL('labelled.txt', import.meta.url), 'utf8'))
  assert.ok(lines.length >= 600)
  const accuracy = groupingAccuracy(idsOf(openBench().patterns, lines), lines)
  assert.ok(accuracy >= LEAST_ACCURACY, `accuracy is ${accuracy.toFixed(4)}`)
})

test('accuracy counts whole groups only', () => {
  const lines = ['a', 'a', 'b', 'b', 'c'].map((template) => ({ message: '', template }))
  assert.equal(groupingAccuracy(['1', '1', '2', '2', '3'], lines), 1)
  assert.equal(groupingAccuracy(['1', '1', '2', '9', '3'], lines), 3 / 5)
  assert.equal(groupingAccuracy(['1', '1', '1', '2', '3'], lines), 1 / 5)
})

interface Case {
  readonly messages: string[]
  template: string
}

function readCases(): Case[] {
  const cases: Case[] = []
  let messages: string[] = []
  for (const line of readFileSync(new URL('templates.txt', import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('> ')) messages.push(line.slice(2))
    else if (line.startsWith('= ')) {
      cases.push({ messages, template: line.slice(2) })
      messages = []
    }
  }
  return cases
}

for (const { messages, template } of readCases()) {
  test(`template: ${template}`, () => {
    const bench = openBench()
    const ids = new Set(messages.map((message) => bench.learn(message)))
    assert.equal(ids.size, 1)
    assert.deepEqual(
      bench.patterns.list().map((view) => view.template),
      [template],
    )
  })
}

test('the cases are told apart when they come together', () => {
  const bench = openBench()
  const cases = readCases()
  for (const { messages } of cases) for (const message of messages) bench.learn(message)
  const templates = bench.patterns.list({ limit: 1000 }).map((view) => view.template)
  assert.deepEqual(templates.sort(), cases.map(({ template }) => template).sort())
})

test('only the first line of a message counts', () => {
  const bench = openBench()
  assert.equal(bench.learn('boom 7\n  at a.js:1'), bench.learn('boom 8\n  at b.js:2\n  at c'))
})

test('many lines that differ in one word are one pattern from the fifth word on', () => {
  const bench = openBench()
  for (const word of ['ant', 'bee', 'cat', 'dog']) bench.learn(`feeding the ${word} again`)
  assert.equal(bench.patterns.list().length, 4)
  bench.learn('feeding the elk again')
  const [view, ...others] = bench.patterns.list()
  assert.equal(others.length, 0)
  assert.equal(view.template, 'feeding the <_> again')
  assert.equal(view.lines, 5)
  assert.equal(bench.learn('feeding the ant again'), view.id)
  assert.equal(bench.learn('feeding the fox again'), view.id)
})

test('a message without a word has no pattern', () => {
  const bench = openBench()
  for (const message of ['', ' ', '...', '{}', '-']) assert.equal(bench.learn(message), undefined)
  assert.equal(bench.patterns.stats().patterns, 0)
})
