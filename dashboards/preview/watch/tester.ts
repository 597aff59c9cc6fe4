/** A rule on a sample line, as it is typed: what it matches, what its groups hold, or why it does not match. */
import { debounce, h } from '../page/dom.ts'
import { ApiError, ask, isAborted } from './api.ts'
import { shownText } from './logtext.ts'
import { pieces, visible } from './model/highlight.ts'
import type { Problem } from './model/problems.ts'
import type { EventJson, RuleTest } from './model/shapes.ts'

export interface Tester {
  readonly element: HTMLElement
  /** The rule is another: asks again, a little later. */
  changed(): void
  stop(): void
}

export interface TesterOptions {
  readonly line: string
  /** As it would be saved; undefined when there is nothing to try yet. */
  rule(): Record<string, unknown> | undefined
  /** What is wrong with the rule itself; undefined when nothing is. */
  problem(problem: Problem | undefined): void
}

/** Between two keys. */
const REST_MS = 350
const RECENT = 50
/** Colours and underlines of captures: told apart by name, by line and by colour. */
export const CAPTURE_STYLES = 6

export function createTester(options: TesterOptions): Tester {
  const line = h('textarea', {
    id: 'sample-line',
    class: 'code',
    rows: '3',
    value: options.line,
    placeholder: 'Paste a log line',
    spellcheck: 'false',
    oninput: () => later(),
  })
  const stream = h(
    'select',
    { 'aria-label': 'Stream of the sample line', onchange: () => later() },
    ['stdout', 'stderr'].map((each) => h('option', {}, each)),
  )
  const result = h('div', { class: 'test-result', role: 'status' })
  let asking = new AbortController()
  let isOver = false
  const run = async () => {
    asking.abort()
    if (isOver) return
    const { signal } = (asking = new AbortController())
    const rule = options.rule()
    if (rule === undefined || line.value === '') {
      options.problem(undefined)
      return result.replaceChildren(h('p', { class: 'muted' }, 'With a pattern and a line, what it finds stands here.'))
    }
    const body = { rule, line: line.value, stream: stream.value }
    try {
      const test = await ask<RuleTest>('POST', '/rules/test', { body, signal })
      if (signal.aborted) return
      options.problem(undefined)
      result.replaceChildren(...showTest(test, String(rule['on'] ?? 'message')))
    } catch (error) {
      if (signal.aborted || isAborted(error)) return
      options.problem(error instanceof ApiError ? error.problem : undefined)
      result.replaceChildren(h('p', { class: 'error' }, `It cannot be tried: ${(error as Error).message}`))
    }
  }
  const later = debounce(REST_MS, () => void run())
  const pick = recentPicker((text) => {
    line.value = text
    line.focus()
    later()
  })
  void run()
  const head = h('div', { class: 'test-head' }, h('label', { for: 'sample-line' }, 'Sample line'), stream, pick)
  return {
    element: h(
      'section',
      { class: 'tester', 'aria-label': 'Test on a sample line' },
      h('h3', {}, 'Test'),
      head,
      line,
      result,
    ),
    changed: later,
    stop() {
      isOver = true
      asking.abort()
    },
  }
}

/** Messages of recent events, to choose one as the sample. */
function recentPicker(choose: (text: string) => void): HTMLElement {
  const first = h('option', { value: '' }, 'from recent events …')
  const select = h('select', { 'aria-label': 'Take the line of a recent event' }, first)
  let events: readonly EventJson[] = []
  ask<{ events: EventJson[] }>('GET', `/events?limit=${RECENT}`).then(
    (answer) => {
      events = answer.events
      const title = ({ metadata, message }: EventJson) => `${metadata.workload}: ${message}`
      select.append(...events.map((each, index) => h('option', { value: String(index) }, shownText(title(each), 90))))
      select.disabled = events.length === 0
    },
    () => {
      select.disabled = true
    },
  )
  select.addEventListener('change', () => {
    const event = events[Number(select.value)]
    if (select.value !== '' && event !== undefined) choose(event.message)
    select.value = ''
  })
  return select
}

function showTest(test: RuleTest, on: string): HTMLElement[] {
  const names = Object.keys(test.captures ?? {})
  const style = (name: string) => `capture-${Math.max(0, names.indexOf(name)) % CAPTURE_STYLES}`
  const where = on === 'message' ? 'the message' : on === 'line' ? 'the whole line' : `the field ${on}`
  const why = test.reason ?? (test.span === undefined ? 'the pattern is not found' : '')
  const verdict = test.matched
    ? h('p', { class: 'verdict hit' }, '✓ It matches')
    : h('p', { class: 'verdict miss' }, `✗ It does not match${why === '' ? '' : `: ${visible(why)}`}`)
  return [
    verdict,
    h('p', { class: 'muted' }, test.text === '' ? `There is nothing in ${where} of this line.` : `Looked at: ${where}`),
    ...(test.text === '' ? [] : [markedText(test, style)]),
    ...(names.length === 0 ? [] : [captureTable(test, names, style)]),
    ...(test.record === undefined ? [] : [recordDetails(test.record)]),
  ]
}

function markedText({ text, span, spans }: RuleTest, style: (name: string) => string): HTMLElement {
  const marked = pieces(text, span, spans ?? {}).flatMap(({ text: each, isHit, capture, begins }) => {
    const labels = begins.map((name) => h('span', { class: `capture-name ${style(name)}` }, visible(name)))
    const shown = visible(each)
    if (!isHit) return [...labels, shown]
    return [...labels, h('mark', { class: capture === undefined ? '' : `capture ${style(capture)}` }, shown)]
  })
  return h('pre', { class: 'matched', dir: 'ltr', tabindex: '0', 'aria-label': 'What was matched on' }, marked)
}

function captureTable({ captures }: RuleTest, names: readonly string[], style: (name: string) => string): HTMLElement {
  const values = new Map(Object.entries(captures))
  const rows = names.map((name) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('span', { class: `capture-name ${style(name)}` }, visible(name))),
      h('td', {}, h('bdi', { class: 'log-text', dir: 'ltr' }, visible(values.get(name) ?? ''))),
    ),
  )
  return h('table', { class: 'captures' }, h('caption', {}, 'Captures'), h('tbody', {}, rows))
}

function recordDetails(record: unknown): HTMLElement {
  const text = typeof record === 'string' ? record : JSON.stringify(record, null, 2)
  return h('details', {}, h('summary', {}, 'The line as a record'), h('pre', { dir: 'ltr' }, visible(text)))
}
