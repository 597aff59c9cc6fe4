/** Where panels stand: sections below rows, and panels that repeat for each value of a variable. */
import type { Panel } from './dashboard.ts'

export interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface PlacedPanel {
  readonly panel: Panel
  readonly place: Place
  /** A repeated panel's own value of the variable that it repeats for. */
  readonly scoped?: { readonly name: string; readonly value: string }
}

/** A row with what belongs to it; the first section may have no row. `y` counts from the section's top. */
export interface Section {
  readonly row?: Panel
  readonly panels: readonly PlacedPanel[]
}

/** Columns of Grafana's grid. */
export const COLUMNS = 24

export function layOut(panels: readonly Panel[], valuesOf: (name: string) => readonly string[]): Section[] {
  const ordered = [...panels].sort((a, b) => placeOf(a).y - placeOf(b).y || placeOf(a).x - placeOf(b).x)
  const sections: { row?: Panel; panels: Panel[] }[] = []
  for (const panel of ordered) {
    if (panel.type === 'row') sections.push({ row: panel, panels: [...(panel.panels ?? [])] })
    else if (sections.length === 0) sections.push({ panels: [panel] })
    else sections.at(-1)!.panels.push(panel)
  }
  return sections.map(({ row, panels: own }) => ({
    ...(row === undefined ? {} : { row }),
    panels: fromTop(repeat(own, valuesOf)),
  }))
}

function placeOf({ gridPos }: Panel): Place {
  return gridPos ?? { x: 0, y: 0, w: 12, h: 8 }
}

/** What stands below a repeated panel moves down by the room that the repetitions take. */
function repeat(panels: readonly Panel[], valuesOf: (name: string) => readonly string[]): PlacedPanel[] {
  const placed: PlacedPanel[] = []
  let moved = 0
  for (const panel of panels) {
    const place = { ...placeOf(panel) }
    place.y += moved
    const values = panel.repeat === undefined ? [] : valuesOf(panel.repeat)
    if (panel.repeat === undefined || values.length === 0) {
      placed.push({ panel, place })
      continue
    }
    const isColumn = panel.repeatDirection === 'v'
    const perRow = isColumn ? 1 : Math.min(values.length, panel.maxPerRow ?? 4)
    const width = isColumn ? place.w : Math.floor(COLUMNS / perRow)
    for (const [index, value] of values.entries()) {
      const x = isColumn ? place.x : (index % perRow) * width
      const y = place.y + Math.floor(index / perRow) * place.h
      placed.push({ panel, place: { x, y, w: width, h: place.h }, scoped: { name: panel.repeat, value } })
    }
    moved += (Math.ceil(values.length / perRow) - 1) * place.h
  }
  return placed
}

function fromTop(panels: readonly PlacedPanel[]): PlacedPanel[] {
  const top = Math.min(...panels.map(({ place }) => place.y))
  return panels.map((each) => ({ ...each, place: { ...each.place, y: each.place.y - top } }))
}
