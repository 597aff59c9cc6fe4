/** One dashboard: its variables, time range and links above, its panels below. */
import { createTimeControls } from '../controls/timecontrols.ts'
import { createVariableBar } from '../controls/variablebar.ts'
import { findAnnotations } from '../loki/annotations.ts'
import type { Dashboard } from '../model/dashboard.ts'
import { getJson } from '../page/api.ts'
import { h } from '../page/dom.ts'
import { THEME_CHANGED } from '../page/theme.ts'
import type { View } from '../page/view.ts'
import type { AnnotationMark } from '../panels/panel.ts'
import { boardLinks } from './boardlinks.ts'
import type { BoardState } from './boardstate.ts'
import { createGrid } from './grid.ts'

const LAST_HOUR = { from: 'now-1h', to: 'now' }

export function showBoard(room: HTMLElement, uid: string): View {
  const left = new AbortController()
  room.append(h('p', { class: 'muted loading-text' }, 'Loading …'))
  openBoard(room, uid, left.signal).catch((error: Error) => {
    if (left.signal.aborted) return
    const what = h('p', { class: 'error', role: 'alert' }, `The dashboard ${uid} cannot be shown: ${error.message}. `)
    room.replaceChildren(h('div', { class: 'home' }, what, h('a', { href: '/' }, 'All dashboards')))
  })
  return { leave: () => left.abort() }
}

async function openBoard(room: HTMLElement, uid: string, left: AbortSignal): Promise<void> {
  const dashboard = await getJson<Dashboard>(`dashboards/${encodeURIComponent(uid)}`)
  const grid = createGrid(dashboard, left)
  let marks: readonly AnnotationMark[] = []
  let state: BoardState | undefined
  const change = (isByClock: boolean) => {
    // Both ends of the range stay put while all panels are drawn: they show the same times.
    const [range, raw] = [times.range(), times.raw()]
    const now = {
      range,
      raw,
      variables: bar.variables,
      filters: bar.filters(),
      addFilter: bar.addFilter,
      zoom: times.zoom,
      marks: () => marks,
    }
    state = now
    grid.update(now, isByClock)
    findAnnotations(dashboard, now).then(
      (found) => {
        if (state !== now || (found.length === 0 && marks.length === 0)) return
        marks = found
        grid.redraw()
      },
      // Graphs are worth seeing without marks; what is wrong with Loki, the panels say.
      () => {},
    )
  }
  const times = createTimeControls(dashboard.time ?? LAST_HOUR, dashboard.refresh || 'off', (isByClock) => {
    // The clock may tick before the variables are there.
    if (state === undefined) return
    change(isByClock)
    void bar.reload().then((isOther) => isOther && !left.aborted && change(isByClock))
  })
  left.addEventListener('abort', times.stop)
  const bar = await createVariableBar(dashboard.templating?.list ?? [], times.range, () => change(false))
  const links = await boardLinks(dashboard, bar.variables, times.raw)
  if (left.aborted) return times.stop()
  room.replaceChildren(head(dashboard, [...links, times.element]), bar.element, grid.element)
  addEventListener(THEME_CHANGED, grid.redraw, { signal: left })
  change(false)
}

function head({ title, description }: Dashboard, controls: readonly HTMLElement[]): HTMLElement {
  const short = title.replace(/^Longship: /, '')
  document.title = `${short} · Longship`
  const about = description === undefined ? null : h('p', { class: 'muted' }, description)
  return h(
    'div',
    { class: 'board-head' },
    h('div', { class: 'board-title' }, h('h1', {}, short), about),
    h('div', { class: 'group' }, controls),
  )
}
