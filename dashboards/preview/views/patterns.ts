/** What lines are made of: templates found without a rule, how often they come, and a rule made of one. */
import { clockText } from '../model/times.ts'
import { debounce, h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import type { View } from '../page/view.ts'
import { ApiError, ask } from '../watch/api.ts'
import { closeDialogs } from '../watch/dialog.ts'
import { logText, shownText } from '../watch/logtext.ts'
import { newRuleUrl } from '../watch/model/links.ts'
import { findPatterns, type PatternView } from '../watch/model/patternfacts.ts'
import { MAX_TEMPLATE_PARAM, templatePattern } from '../watch/model/template.ts'
import { createNotice, startPolling } from '../watch/notice.ts'
import { tableHead } from '../watch/rowmenu.ts'
import { watchTabs } from '../watch/watchtabs.ts'

const POLL_MS = 10_000
const LIMIT = '500'
const TYPING_MS = 350
const NUMBERS: ReadonlySet<string> = new Set(['Lines / min', 'In all'])
const COLUMNS = ['Lines / min', 'In all', 'Level', 'Service', 'Pattern', 'First seen', 'Actions']

export function showPatterns(room: HTMLElement): View {
  document.title = 'Patterns · Longship'
  const left = new AbortController()
  const { signal } = left
  const notice = createNotice()
  const list = h('div', { class: 'sheet' }, h('p', { class: 'muted', role: 'status' }, 'Asking …'))
  const load = async () => {
    const { params } = here()
    const query = new URLSearchParams({ limit: LIMIT })
    for (const name of ['service', 'level']) if (params.get(name)) query.set(name, params.get(name)!)
    try {
      const { patterns } = await ask<{ patterns: PatternView[] }>('GET', `/patterns?${query}`, { signal })
      notice.clear()
      draw(list, patterns, params.get('q') ?? '')
    } catch (error) {
      if (signal.aborted) return
      const isOff = error instanceof ApiError && error.problem.status === 404
      if (isOff) list.replaceChildren(h('p', { class: 'none' }, 'Patterns are not mined: scan.patterns turns that on.'))
      else notice.fail(error, () => void load())
    }
  }
  const input = (name: string, label: string) => {
    const type = () => {
      setParams({ [name]: element.value.trim() === '' ? undefined : element.value.trim() }, false)
      void load()
    }
    const props = { type: 'search', 'aria-label': label, placeholder: label.toLowerCase(), spellcheck: 'false' }
    const element = h('input', { ...props, value: here().params.get(name) ?? '', oninput: debounce(TYPING_MS, type) })
    return element
  }
  room.append(
    h('div', { class: 'board-head' }, h('h1', {}, 'Patterns')),
    watchTabs('/patterns'),
    notice.element,
    h('div', { class: 'group view-filters' }, input('service', 'Service'), input('level', 'Level'), input('q', 'Text')),
    list,
  )
  // Who is about to press something keeps it: the list waits.
  const stop = startPolling(POLL_MS, notice, async () => {
    if (!list.contains(document.activeElement)) await load()
  })
  return {
    leave() {
      left.abort()
      stop()
      closeDialogs()
    },
  }
}

function draw(list: HTMLElement, patterns: readonly PatternView[], word: string): void {
  const found = findPatterns(patterns, word)
  const none = patterns.length === 0 ? 'No patterns yet: they are found as lines come.' : 'No pattern is so.'
  const table = h('table', { class: 'list patterns' }, tableHead(COLUMNS, NUMBERS), h('tbody', {}, found.map(row)))
  list.replaceChildren(found.length === 0 ? h('p', { class: 'none' }, none) : table)
}

function row({ id, template, service, level, lines, lines_last_minute, first_seen, sample }: PatternView): HTMLElement {
  const make = newRuleUrl({ pattern: templatePattern(template, MAX_TEMPLATE_PARAM), workload: service, line: sample })
  const cell = (label: string, content: Node | string, props: object = {}) =>
    h('td', { 'data-label': label, ...props }, content)
  const label = `Make a rule of ${template}`.slice(0, 200)
  return h(
    'tr',
    { 'data-id': id },
    cell('Lines / min', String(lines_last_minute), { class: 'number' }),
    cell('In all', lines.toLocaleString('en'), { class: 'number' }),
    cell('Level', h('span', { class: 'badge', 'data-level': level }, level)),
    cell('Service', logText(service, 80)),
    cell('Pattern', h('code', { class: 'pattern', title: shownText(sample, 300) }, logText(template, 400))),
    cell('First seen', clockText(Date.parse(first_seen))),
    cell('Actions', h('a', { class: 'button small', href: make, 'aria-label': label }, 'Make a rule')),
  )
}
