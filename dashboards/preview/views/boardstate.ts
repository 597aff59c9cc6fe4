/** What all panels of a dashboard share at one moment, and what one of them makes of it. */
import type { PanelQuestion } from '../loki/panel.ts'
import { stepOf } from '../loki/panel.ts'
import { timeBuiltIns, valueBuiltIns } from '../model/builtins.ts'
import type { Filter, Panel } from '../model/dashboard.ts'
import type { Frame } from '../model/frame.ts'
import type { PlacedPanel } from '../model/layout.ts'
import { type RawRange, resolveRange, type TimeRange } from '../model/times.ts'
import { interpolateText, type Scope, type Variable } from '../model/variables.ts'
import type { AnnotationMark, PanelContext } from '../panels/panel.ts'

export interface BoardState {
  readonly range: TimeRange
  readonly raw: RawRange
  readonly variables: ReadonlyMap<string, Variable>
  readonly filters: readonly Filter[]
  addFilter?: ((filter: Filter) => void) | undefined
  zoom(range: TimeRange): void
  marks(): readonly AnnotationMark[]
}

/** A repeated panel sees its own value of the variable alone, and a panel with a time of its own that time. */
export function stateFor({ panel, scoped }: PlacedPanel, state: BoardState): BoardState {
  const variable = scoped === undefined ? undefined : state.variables.get(scoped.name)
  const own = variable === undefined ? [] : [[scoped!.name, { ...variable, chosen: [scoped!.value] }] as const]
  return { ...state, range: ownRange(panel, state.range), variables: new Map([...state.variables, ...own]) }
}

/** timeFrom: a length of time, up to the same end. */
function ownRange({ timeFrom }: Panel, range: TimeRange): TimeRange {
  if (!timeFrom) return range
  return resolveRange({ from: timeFrom.startsWith('now') ? timeFrom : `now-${timeFrom}`, to: 'now' }, range.to)
}

export function scopeOf(state: BoardState): Scope {
  return { variables: state.variables, builtIn: timeBuiltIns(state) }
}

export function questionOf(panel: Panel, state: BoardState, width: number, signal: AbortSignal): PanelQuestion {
  const { range, raw, variables, filters } = state
  return { panel, range, raw, variables, filters, width, signal }
}

export function contextOf(
  panel: Panel,
  state: BoardState,
  frames: readonly Frame[],
  body: HTMLElement,
  memory: Map<string, unknown>,
): PanelContext {
  const { range, raw, marks, zoom, addFilter } = state
  const scope = scopeOf(state)
  const width = body.clientWidth
  const kept = `from=${encodeURIComponent(raw.from)}&to=${encodeURIComponent(raw.to)}`
  return {
    panel,
    frames,
    range,
    stepMs: stepOf(panel, range, width),
    width,
    height: body.clientHeight,
    annotations: marks(),
    memory,
    zoom,
    links: (field, row, frame) =>
      (field.config?.links ?? []).map((link) => {
        const own = { variables: scope.variables, builtIn: valueBuiltIns(field, row, frame, scope.builtIn) }
        return { ...link, title: interpolateText(link.title ?? '', own), url: interpolateText(link.url ?? '', own) }
      }),
    ...(addFilter === undefined
      ? {}
      : { filter: (key, value, isWanted) => addFilter({ key, operator: isWanted ? '=' : '!=', value }) }),
    text: (text) => interpolateText(text, scope),
    traceUrl: (id) => `/trace/${encodeURIComponent(id)}?${kept}`,
  }
}
