/** What rules and patterns found: live, filtered, each with all that is known of it and where it leads. */
import { getAbout } from '../page/api.ts'
import { h } from '../page/dom.ts'
import { here } from '../page/route.ts'
import type { View } from '../page/view.ts'
import { createAnnouncer } from '../watch/announcer.ts'
import { ask } from '../watch/api.ts'
import { closeDialogs } from '../watch/dialog.ts'
import { createEventFeed, type EventFeed } from '../watch/eventfeed.ts'
import { createEventFilters, type EventFilters } from '../watch/eventfilters.ts'
import { createEventRows } from '../watch/eventrows.ts'
import type { RuleView } from '../watch/model/shapes.ts'
import { createNotice } from '../watch/notice.ts'
import { watchTabs } from '../watch/watchtabs.ts'

export function showEvents(room: HTMLElement): View {
  document.title = 'Events · Longship'
  const left = new AbortController()
  let hasLoki = false
  const notice = createNotice()
  const announcer = createAnnouncer()
  const rows = createEventRows(() => hasLoki)
  const state = h('p', { class: 'live-state', role: 'status' })
  const pause = h('button', { type: 'button', 'aria-pressed': 'false' }, 'Pause')
  const older = h('button', { type: 'button', class: 'more', hidden: true }, 'Older events')
  const none = h('p', { class: 'none', hidden: true })
  const feed = createEventFeed({
    rows,
    params: () => here().params,
    came: announcer.add,
    failed: (error) => notice.fail(error, () => feed.start()),
    changed: () => {
      drawState(state, feed)
      pause.setAttribute('aria-pressed', String(feed.isPaused))
      pause.textContent = feed.isPaused ? `Resume${feed.waiting === 0 ? '' : ` (${feed.waiting} new)`}` : 'Pause'
      older.hidden = !feed.hasOlder
      none.hidden = !feed.isEmpty || feed.state === 'asking'
      none.textContent = emptyText(here().params)
    },
  })
  pause.addEventListener('click', () => (feed.isPaused ? feed.resume() : feed.pause()))
  older.addEventListener('click', () => void feed.older().catch(notice.fail))
  const filters = createEventFilters(() => {
    notice.clear()
    feed.start()
  })
  room.append(
    h('div', { class: 'board-head' }, h('h1', {}, 'Events'), h('div', { class: 'group' }, state, pause)),
    watchTabs('/events'),
    notice.element,
    filters.element,
    announcer.element,
    h('div', { class: 'sheet events logs' }, none, rows.element, older),
  )
  void getAbout().then((about) => {
    hasLoki = about.boards
  })
  feed.start()
  void suggest(filters, left.signal).catch(() => {})
  return {
    leave() {
      left.abort()
      feed.stop()
      announcer.stop()
      closeDialogs()
    },
  }
}

const STATES: Readonly<Record<EventFeed['state'], string>> = {
  asking: 'Asking …',
  connecting: 'Connecting …',
  live: 'Live',
  waiting: 'Interrupted, trying again',
  refused: 'Not live',
}

function drawState(element: HTMLElement, { state, why, isPaused }: EventFeed): void {
  const word = isPaused && state === 'live' ? 'Paused' : STATES[state]
  const text = why === '' ? word : `${word}: ${why}`
  element.dataset['state'] = isPaused ? 'paused' : state
  // Said again only when it is something else.
  if (element.textContent !== text) element.textContent = text
}

function emptyText(params: URLSearchParams): string {
  return [...params.keys()].length === 0
    ? 'Nothing has happened yet. Events appear here as soon as a rule hits or a new pattern is seen.'
    : 'No event is so. New ones that are appear here at once.'
}

async function suggest(filters: EventFilters, signal: AbortSignal): Promise<void> {
  const [{ workloads }, { rules }] = await Promise.all([
    ask<{ workloads: { workload: string }[] }>('GET', '/workloads', { signal }),
    ask<{ rules: RuleView[] }>('GET', '/rules', { signal }),
  ])
  filters.suggest(
    workloads.map(({ workload }) => workload),
    rules.map(({ id, name, workload }) => [id, workload === undefined ? name : `${name} (${workload})`]),
  )
}
