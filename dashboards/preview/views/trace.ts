/** Everything that happened under one id, across all services: lanes of time, then line by line. */
import { createTimeControls } from '../controls/timecontrols.ts'
import { createLogList } from '../logs/list.ts'
import { AskError, type Entry } from '../loki/client.ts'
import { type FoundId, findId } from '../loki/findid.ts'
import { lanesOf } from '../model/lanes.ts'
import { ID_FIELDS, readLine } from '../model/logline.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'
import { go, here } from '../page/route.ts'
import type { View } from '../page/view.ts'
import { drawLanes } from './lanes.ts'

export function showTrace(room: HTMLElement, id: string): View {
  document.title = id === '' ? 'Trace · Longship' : `${id} · Longship`
  const times = createTimeControls({ from: 'now-24h', to: 'now' }, 'off', () => void run())
  const input = h('input', {
    value: id,
    placeholder: 'an id',
    'aria-label': 'Id to follow',
    spellcheck: 'false',
    autocomplete: 'off',
  })
  const url = (wanted: string) => `/trace/${encodeURIComponent(wanted)}?${new URLSearchParams({ ...times.raw() })}`
  const submit = (event: Event) => {
    event.preventDefault()
    if (input.value.trim() !== '') go(url(input.value.trim()))
  }
  const result = h('div', { class: 'sheet' })
  let asking = new AbortController()
  const run = async () => {
    asking.abort()
    const { signal } = (asking = new AbortController())
    if (id === '')
      return void result.replaceChildren(
        h('p', { class: 'muted' }, `Any id that logs carry: ${[...ID_FIELDS].join(', ')}.`),
      )
    result.replaceChildren(h('p', { class: 'muted', role: 'status' }, 'Asking …'))
    try {
      const found = await findId(id, times.range(), signal)
      if (!signal.aborted) result.replaceChildren(...story(id, found, url))
    } catch (error) {
      if (signal.aborted) return
      result.replaceChildren(
        h('p', { class: 'error', role: 'alert' }, error instanceof AskError ? error.message : String(error)),
      )
    }
  }
  room.append(
    h('div', { class: 'board-head' }, h('h1', {}, 'Trace'), times.element),
    h('form', { class: 'ask', onsubmit: submit }, input, h('button', { type: 'submit', class: 'primary' }, 'Follow')),
    result,
  )
  if (id === '') input.focus()
  void run()
  return {
    leave() {
      asking.abort()
      times.stop()
    },
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function story(id: string, { entries, isCut, query }: FoundId, url: (id: string) => string): HTMLElement[] {
  if (entries.length === 0) return [h('p', { class: 'none' }, `Nothing carries ${id} in this range. Try a longer one.`)]
  const lanes = lanesOf(entries)
  const list = createLogList(entries, { traceUrl: url })
  const errors = entries.filter(({ line, labels }) =>
    ['error', 'critical', 'fatal'].includes(readLine(line, labels).level),
  ).length
  const facts = [
    `${isCut ? 'the first ' : ''}${counted(entries.length, 'line')}`,
    counted(new Set(lanes.lanes.map(({ name }) => name.split('/')[0])).size, 'service'),
    counted(errors, 'error'),
    `${formatValue(lanes.to - lanes.from, 'ms')} from first to last`,
  ]
  const { from, to } = Object.fromEntries(here().params)
  const explore = `/explore?${new URLSearchParams({ query, from: from ?? 'now-24h', to: to ?? 'now' })}`
  return [
    h('p', { class: 'facts' }, facts.join(' · '), ' · ', h('a', { href: explore }, 'the query in Explore')),
    related(id, entries, url),
    drawLanes(lanes, (entry) => list.reveal(entry)),
    list.element,
  ]
}

const MAX_RELATED = 8

/** Other ids that the same lines carry, those of most lines first. */
function related(id: string, entries: readonly Entry[], url: (id: string) => string): HTMLElement {
  const others = new Map<string, { readonly name: string; count: number }>()
  for (const { line, labels } of entries) {
    for (const [name, value] of readLine(line, labels).fields) {
      if (!ID_FIELDS.has(name) || value === id) continue
      const known = others.get(value)
      if (known === undefined) others.set(value, { name, count: 1 })
      else known.count++
    }
  }
  const most = [...others].sort(([, a], [, b]) => b.count - a.count).slice(0, MAX_RELATED)
  return h(
    'p',
    { class: 'related muted', hidden: most.length === 0 },
    'Also carried: ',
    most.map(([value, { name, count }]) =>
      h('a', { href: url(value), class: 'chip', title: `${count} lines` }, `${name} ${value}`),
    ),
  )
}
