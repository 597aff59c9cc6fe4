/** One panel's frame: asks when it can be seen, draws what comes, says when there is nothing or something went wrong. */
import { AskError } from '../loki/client.ts'
import { askPanel, queriesOf, stepOf } from '../loki/panel.ts'
import { timeBuiltIns, valueBuiltIns } from '../model/builtins.ts'
import type { Dashboard, Filter, Panel } from '../model/dashboard.ts'
import { configureFrames } from '../model/fields.ts'
import type { Frame } from '../model/frame.ts'
import type { PlacedPanel } from '../model/layout.ts'
import { type RawRange, resolveRange, type TimeRange } from '../model/times.ts'
import { transform } from '../model/transform.ts'
import { interpolateText, type Scope, type Variable } from '../model/variables.ts'
import { debounce, dropdown, h } from '../page/dom.ts'
import { panels } from '../panels/index.ts'
import type { AnnotationMark, Drawn, PanelContext } from '../panels/panel.ts'
import { panelMenu } from './panelmenu.ts'

/** What all panels of a dashboard share at one moment. */
export interface BoardState {
  readonly dashboard: Dashboard
  readonly range: TimeRange
  readonly raw: RawRange
  readonly variables: ReadonlyMap<string, Variable>
  readonly filters: readonly Filter[]
  zoom(range: TimeRange): void
  marks(): readonly AnnotationMark[]
}

export interface PanelBox {
  readonly id: number | undefined
  readonly element: HTMLElement
  /** Asks again, now or when it comes into sight. */
  update(state: BoardState): void
  /** Draws again from what was answered. */
  redraw(): void
  destroy(): void
}

const NEAR_PX = '300px'

export function createPanelBox({ panel, place, scoped }: PlacedPanel): PanelBox {
  const title = h('h3', {})
  const body = h('div', { class: 'panel-body' })
  let state: BoardState | undefined
  let frames: readonly Frame[] | undefined
  let shown: readonly Frame[] = []
  let drawn: Drawn | undefined
  let isSeen = false
  let isStale = false
  let asking: AbortController | undefined

  const element = h('section', {
    class: `panel panel-${panel.type}`,
    style: gridStyle(place),
    'data-panel': String(panel.id ?? ''),
    'data-state': 'waiting',
  })
  const menu = panelMenu(panel, {
    element,
    state: () => state && scopedState(state, scoped),
    frames: () => shown,
    queries: () => (state === undefined ? [] : queriesOf(question()).map(({ query }) => query)),
  })
  element.append(
    h(
      'header',
      {},
      title,
      describe(panel, () => state),
      menu,
    ),
    body,
  )
  const mark = (name: string) => element.setAttribute('data-state', name)
  const scope = (): Scope => ({ variables: scopedState(state!, scoped).variables, builtIn: timeBuiltIns(state!) })
  const room = () => ({ width: body.clientWidth, height: body.clientHeight })
  const question = () => {
    const { variables, range, raw, filters } = scopedState(state!, scoped)
    const own = ownRange(panel, range)
    return {
      panel,
      range: own,
      raw,
      variables,
      filters,
      width: room().width,
      signal: (asking ?? new AbortController()).signal,
    }
  }

  const draw = () => {
    if (state === undefined || frames === undefined || body.clientWidth === 0) return
    drawn?.destroy?.()
    const show = panels.get(panel.type)
    if (show === undefined) return say('empty', `The page does not draw panels of type ${panel.type}; Grafana does.`)
    const { frames: changed, unknown } = transform(frames, panel.transformations)
    shown = configureFrames(changed, panel)
    const context = contextOf(panel, shown, state, scope(), room())
    drawn = show(context)
    if (drawn.isEmpty === true) return say('empty', panel.fieldConfig?.defaults?.noValue ?? 'No data')
    body.replaceChildren(drawn.element)
    if (unknown.length > 0) body.append(h('p', { class: 'note' }, `Shown without: ${unknown.join(', ')}`))
    mark('drawn')
  }
  const say = (name: string, text: string) => {
    body.replaceChildren(
      h('p', { class: name === 'error' ? 'error' : 'none', role: name === 'error' ? 'alert' : undefined }, text),
    )
    mark(name)
  }
  const ask = async () => {
    if (state === undefined || !isSeen || body.clientWidth === 0) return
    isStale = false
    asking?.abort()
    const own = (asking = new AbortController())
    mark('loading')
    try {
      frames = await askPanel(question())
      if (!own.signal.aborted) draw()
    } catch (error) {
      if (own.signal.aborted) return
      say('error', error instanceof AskError ? error.message : `The panel cannot be drawn: ${(error as Error).message}`)
    }
  }
  const seen = new IntersectionObserver(
    ([entry]) => {
      isSeen = entry.isIntersecting
      if (isSeen && isStale) void ask()
    },
    { rootMargin: NEAR_PX },
  )
  seen.observe(element)
  let last = room()
  const resized = new ResizeObserver(
    debounce(120, () => {
      const { width, height } = room()
      if (width === last.width && Math.abs(height - last.height) < 2) return
      last = { width, height }
      draw()
    }),
  )
  resized.observe(body)
  return {
    id: panel.id,
    element,
    update(next) {
      state = next
      title.textContent = interpolateText(panel.title ?? '', scope())
      title.title = title.textContent
      isStale = true
      void ask()
    },
    redraw: draw,
    destroy() {
      asking?.abort()
      seen.disconnect()
      resized.disconnect()
      drawn?.destroy?.()
    },
  }
}

function gridStyle({ x, y, w, h: height }: PlacedPanel['place']): Record<string, string> {
  return { '--x': String(x + 1), '--y': String(y + 1), '--w': String(w), '--h': String(height) }
}

/** A repeated panel sees its own value alone. */
function scopedState(state: BoardState, scoped: PlacedPanel['scoped']): BoardState {
  if (scoped === undefined) return state
  const variable = state.variables.get(scoped.name)
  if (variable === undefined) return state
  return { ...state, variables: new Map([...state.variables, [scoped.name, { ...variable, chosen: [scoped.value] }]]) }
}

/** timeFrom: the panel's own length of time, up to the same end. */
function ownRange({ timeFrom }: Panel, range: TimeRange): TimeRange {
  if (timeFrom === undefined || timeFrom === null || timeFrom === '') return range
  return resolveRange({ from: timeFrom.startsWith('now') ? timeFrom : `now-${timeFrom}`, to: 'now' }, range.to)
}

function describe(panel: Panel, state: () => BoardState | undefined): HTMLElement | null {
  const { description } = panel
  if (description === undefined || description === '') return null
  return dropdown({ class: 'plain about', 'aria-label': 'What this panel shows' }, ['i'], () => {
    const now = state()
    const text =
      now === undefined
        ? description
        : interpolateText(description, { variables: now.variables, builtIn: timeBuiltIns(now) })
    return h('p', { class: 'about-text' }, text)
  })
}

function contextOf(
  panel: Panel,
  frames: readonly Frame[],
  state: BoardState,
  scope: Scope,
  room: { width: number; height: number },
): PanelContext {
  const range = ownRange(panel, state.range)
  const linkRange = `from=${encodeURIComponent(state.raw.from)}&to=${encodeURIComponent(state.raw.to)}`
  return {
    panel,
    frames,
    range,
    stepMs: stepOf(panel, range, room.width),
    ...room,
    annotations: state.marks(),
    zoom: state.zoom,
    links: (field, row, frame) =>
      (field.config?.links ?? []).map((link) => {
        const own = { variables: scope.variables, builtIn: valueBuiltIns(field, row, frame, scope.builtIn) }
        return { ...link, title: interpolateText(link.title ?? '', own), url: interpolateText(link.url ?? '', own) }
      }),
    text: (text) => interpolateText(text, scope),
    traceUrl: (id) => `/trace/${encodeURIComponent(id)}?${linkRange}`,
  }
}
