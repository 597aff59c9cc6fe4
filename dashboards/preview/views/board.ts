/** One dashboard: its variables, time range and links above, its panels in Grafana's grid below. */
import { createTimeControls } from '../controls/timecontrols.ts'
import { createVariableBar, type VariableBar } from '../controls/variablebar.ts'
import { findAnnotations } from '../loki/annotations.ts'
import type { Dashboard } from '../model/dashboard.ts'
import { layOut, type PlacedPanel, type Section } from '../model/layout.ts'
import { type Variable, valuesOf } from '../model/variables.ts'
import { getJson } from '../page/api.ts'
import { h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import { THEME_CHANGED } from '../page/theme.ts'
import type { View } from '../page/view.ts'
import type { AnnotationMark } from '../panels/panel.ts'
import { boardLinks } from './boardlinks.ts'
import { type BoardState, createPanelBox, type PanelBox } from './panelbox.ts'

const LAST_HOUR = { from: 'now-1h', to: 'now' }

export function showBoard(room: HTMLElement, uid: string): View {
  const ends: (() => void)[] = []
  let isLeft = false
  room.append(h('p', { class: 'muted loading-text' }, 'Loading …'))
  getJson<Dashboard>(`dashboards/${encodeURIComponent(uid)}`)
    .then((dashboard) => (isLeft ? undefined : openBoard(room, dashboard, (end) => ends.push(end))))
    .catch((error: Error) => {
      const what = h('p', { class: 'error', role: 'alert' }, `The dashboard ${uid} cannot be shown: ${error.message}. `)
      room.replaceChildren(h('div', { class: 'home' }, what, h('a', { href: '/' }, 'All dashboards')))
    })
  return {
    leave() {
      isLeft = true
      for (const end of ends) end()
    },
  }
}

async function openBoard(room: HTMLElement, dashboard: Dashboard, atEnd: (end: () => void) => void): Promise<void> {
  const title = dashboard.title.replace(/^Longship: /, '')
  document.title = `${title} · Longship`
  let bar: VariableBar | undefined
  let boxes: readonly PanelBox[] = []
  let state: BoardState | undefined
  let marks: readonly AnnotationMark[] = []
  const times = createTimeControls(dashboard.time ?? LAST_HOUR, dashboard.refresh || 'off', () => void change(true))
  atEnd(times.stop)
  const grid = h('div', { class: 'board' })
  const change = async (isTime: boolean) => {
    if (bar === undefined) return
    // Both ends of the range stay put while all panels are drawn: they show the same times.
    const range = times.range()
    const raw = times.raw()
    state = {
      dashboard,
      range,
      raw,
      variables: bar.variables,
      filters: bar.filters(),
      zoom: times.zoom,
      marks: () => marks,
    }
    for (const box of boxes) box.update(state)
    if (isTime) void bar.reload()
    marks = await findAnnotations(dashboard, state).catch(() => [])
    if (marks.length > 0) for (const box of boxes) box.redraw()
  }
  const rebuild = () => {
    for (const box of boxes) box.destroy()
    boxes = build(grid, dashboard, bar!.variables)
    void change(false)
  }
  bar = await createVariableBar(dashboard.templating?.list ?? [], times.range, () =>
    hasRepeats(dashboard) ? rebuild() : void change(false),
  )
  const description = dashboard.description === undefined ? null : h('p', { class: 'muted' }, dashboard.description)
  const heading = h('div', { class: 'board-title' }, h('h1', {}, title), description)
  const top = h(
    'div',
    { class: 'board-head' },
    heading,
    h('div', { class: 'group' }, await boardLinks(dashboard, bar.variables, times.raw), times.element),
  )
  room.replaceChildren(top, bar.element, grid)
  rebuild()
  const redraw = () => {
    for (const box of boxes) box.redraw()
  }
  const leaveFull = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !here().params.has('viewPanel')) return
    setParams({ viewPanel: undefined })
    grid.dispatchEvent(new Event('viewpanel'))
  }
  grid.addEventListener('viewpanel', () => showFull(grid, boxes))
  showFull(grid, boxes)
  addEventListener(THEME_CHANGED, redraw)
  addEventListener('keydown', leaveFull)
  atEnd(() => {
    removeEventListener(THEME_CHANGED, redraw)
    removeEventListener('keydown', leaveFull)
    for (const box of boxes) box.destroy()
  })
}

function hasRepeats({ panels }: Dashboard): boolean {
  return panels.some(({ repeat }) => repeat !== undefined && repeat !== '')
}

function build(grid: HTMLElement, { panels }: Dashboard, variables: ReadonlyMap<string, Variable>): PanelBox[] {
  const boxes: PanelBox[] = []
  const sections = layOut(panels, (name) => {
    const variable = variables.get(name)
    return variable === undefined ? [] : valuesOf(variable)
  })
  grid.replaceChildren(
    ...sections.map((section) =>
      sectionOf(section, (placed) => {
        const box = createPanelBox(placed)
        boxes.push(box)
        return box.element
      }),
    ),
  )
  return boxes
}

/** A row is a button that folds what is below it. */
function sectionOf({ row, panels }: Section, make: (placed: PlacedPanel) => HTMLElement): HTMLElement {
  const body = h('div', { class: 'grid' }, panels.map(make))
  if (row === undefined) return h('section', {}, body)
  body.hidden = row.collapsed === true
  const button = h(
    'button',
    { type: 'button', class: 'row-title', 'aria-expanded': String(!body.hidden) },
    row.title ?? 'Row',
  )
  button.addEventListener('click', () => {
    body.hidden = !body.hidden
    button.setAttribute('aria-expanded', String(!body.hidden))
  })
  return h('section', {}, h('h2', {}, button), body)
}

/** viewPanel in the address: one panel has the whole window. */
function showFull(grid: HTMLElement, boxes: readonly PanelBox[]): void {
  const wanted = here().params.get('viewPanel')
  const full = boxes.find(({ id }) => String(id) === wanted)
  grid.classList.toggle('has-full', full !== undefined)
  for (const box of boxes) {
    box.element.classList.toggle('full', box === full)
    box.redraw()
  }
}
