/** The panels of a dashboard in Grafana's grid, below their rows; one of them may have the whole window. */
import type { Dashboard, Panel } from '../model/dashboard.ts'
import { layOut, type PlacedPanel, type Section } from '../model/layout.ts'
import { type Variable, valuesOf } from '../model/variables.ts'
import { h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import type { BoardState } from './boardstate.ts'
import { createPanelBox, type PanelBox } from './panelbox.ts'

export interface Grid {
  readonly element: HTMLElement
  /** Panels that repeat are made anew when their variable has other values. */
  update(state: BoardState, isByClock: boolean): void
  redraw(): void
}

/** `left`: the dashboard is left. */
export function createGrid({ panels }: Dashboard, left: AbortSignal): Grid {
  const element = h('div', { class: 'board' })
  let boxes: readonly PanelBox[] = []
  let repeated: string | undefined
  const each = (run: (box: PanelBox) => void) => {
    for (const box of boxes) run(box)
  }
  const build = (variables: ReadonlyMap<string, Variable>) => {
    const values = repeatedValues(panels, variables)
    if (repeated === values) return
    repeated = values
    each((box) => box.destroy())
    boxes = fill(element, panels, variables)
    showFull(element, boxes)
  }
  const leaveFull = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !here().params.has('viewPanel')) return
    setParams({ viewPanel: undefined })
    showFull(element, boxes)
  }
  element.addEventListener('viewpanel', () => showFull(element, boxes))
  addEventListener('keydown', leaveFull, { signal: left })
  left.addEventListener('abort', () => each((box) => box.destroy()))
  return {
    element,
    redraw: () => each((box) => box.redraw()),
    update(state, isByClock) {
      build(state.variables)
      each((box) => box.update(state, isByClock))
    },
  }
}

function repeatedValues(panels: readonly Panel[], variables: ReadonlyMap<string, Variable>): string {
  const names = panels.flatMap(({ repeat }) => (repeat ? [repeat] : []))
  return JSON.stringify(names.map((name) => chosenOf(name, variables)))
}

function chosenOf(name: string, variables: ReadonlyMap<string, Variable>): readonly string[] {
  const variable = variables.get(name)
  return variable === undefined ? [] : valuesOf(variable)
}

function fill(element: HTMLElement, panels: readonly Panel[], variables: ReadonlyMap<string, Variable>): PanelBox[] {
  const boxes: PanelBox[] = []
  const make = (placed: PlacedPanel) => {
    const box = createPanelBox(placed)
    boxes.push(box)
    return box.element
  }
  const sections = layOut(panels, (name) => chosenOf(name, variables))
  element.replaceChildren(...sections.map((section) => sectionOf(section, make)))
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
