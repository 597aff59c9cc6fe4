/** One panel: asks when it can be seen, draws what comes, and says when there is nothing or something went wrong. */
import { askPanel, queriesOf } from '../loki/panel.ts'
import type { Panel } from '../model/dashboard.ts'
import { configureFrames } from '../model/fields.ts'
import type { Frame } from '../model/frame.ts'
import type { PlacedPanel } from '../model/layout.ts'
import { transform } from '../model/transform.ts'
import { interpolateText } from '../model/variables.ts'
import { h } from '../page/dom.ts'
import { panels } from '../panels/index.ts'
import type { Drawn, PanelContext } from '../panels/panel.ts'
import { type BoardState, contextOf, questionOf, scopeOf, stateFor } from './boardstate.ts'
import { createPanelFrame, type PanelFrame, watchSight } from './panelframe.ts'
import { panelMenu } from './panelmenu.ts'

export interface PanelBox {
  readonly id: number | undefined
  readonly element: HTMLElement
  /** Asks again, now or when it comes into sight. `isByClock`: nobody asked for it, so it must not disturb whoever reads. */
  update(state: BoardState, isByClock: boolean): void
  /** Draws again from what was answered. */
  redraw(): void
  destroy(): void
}

export function createPanelBox(placed: PlacedPanel): PanelBox {
  const { panel, place } = placed
  const memory = new Map<string, unknown>()
  let state: BoardState | undefined
  let frames: readonly Frame[] | undefined
  let shown: readonly Frame[] = []
  let drawn: Drawn | undefined
  let isStale = false
  let asking = new AbortController()

  const text = (text: string) => (state === undefined ? text : interpolateText(text, scopeOf(state)))
  const queries = () =>
    state === undefined ? [] : queriesOf(questionOf(panel, state, frame.body.clientWidth, asking.signal))
  const frame = createPanelFrame(
    panel,
    place,
    () => text(panel.description ?? ''),
    (element) =>
      panelMenu(panel, {
        element,
        raw: () => state?.raw,
        text,
        frames: () => shown,
        queries: () => queries().map(({ query }) => query),
      }),
  )
  const redraw = () => {
    if (state === undefined || frames === undefined || frame.body.clientWidth === 0) return
    drawn?.destroy?.()
    drawn = undefined
    try {
      const picture = transform(frames, panel.transformations)
      shown = configureFrames(picture.frames, panel)
      drawn = drawIn(frame, panel, contextOf(panel, state, shown, frame.body, memory), picture.unknown)
    } catch (error) {
      frame.fail(error)
    }
  }
  const ask = async () => {
    if (state === undefined || !sight.isSeen() || frame.body.clientWidth === 0) return
    isStale = false
    asking.abort()
    const { signal } = (asking = new AbortController())
    frame.mark('loading')
    try {
      const answered = await askPanel(questionOf(panel, state, frame.body.clientWidth, signal))
      if (signal.aborted) return
      frames = answered
      redraw()
    } catch (error) {
      if (signal.aborted) return
      frames = undefined
      frame.fail(error)
    }
  }
  const sight = watchSight(frame, () => isStale && void ask(), redraw)
  return {
    id: panel.id,
    element: frame.element,
    redraw,
    update(next, isByClock) {
      // Someone reads an open line: it stays until it is closed.
      if (isByClock && frame.body.querySelector('.details') !== null) return
      state = stateFor(placed, next)
      frame.title(text(panel.title ?? ''))
      isStale = true
      void ask()
    },
    destroy() {
      asking.abort()
      sight.end()
      drawn?.destroy?.()
    },
  }
}

/** `unknown`: transformations that the picture is without. Scrolling stays where it was. */
function drawIn(frame: PanelFrame, panel: Panel, context: PanelContext, unknown: readonly string[]): Drawn | undefined {
  const draw = panels.get(panel.type)
  if (draw === undefined) {
    frame.say('empty', `The page does not draw panels of type ${panel.type}; Grafana does.`)
    return undefined
  }
  const drawn = draw(context)
  if (drawn.isEmpty === true) {
    frame.say('empty', panel.fieldConfig?.defaults?.noValue ?? 'No data')
    return drawn
  }
  const { body } = frame
  const top = body.firstElementChild?.scrollTop ?? 0
  body.replaceChildren(drawn.element)
  if (unknown.length > 0) body.append(h('p', { class: 'note' }, `Shown without: ${unknown.join(', ')}`))
  drawn.element.scrollTop = top
  frame.mark('drawn')
  return drawn
}
