/** The frame of a panel on the page: its title, its menus, and the room in which it is drawn or says why it is not. */
import { AskError } from '../loki/client.ts'
import type { Panel } from '../model/dashboard.ts'
import type { Place } from '../model/layout.ts'
import { debounce, dropdown, h } from '../page/dom.ts'

export type PanelState = 'waiting' | 'loading' | 'drawn' | 'empty' | 'error'

export interface PanelFrame {
  readonly element: HTMLElement
  readonly body: HTMLElement
  title(text: string): void
  mark(state: PanelState): void
  /** Why there is nothing to see. */
  say(state: 'empty' | 'error', text: string): void
  fail(error: unknown): void
}

/** `describe`: the panel's description with its variables filled in; undefined when there is none. */
export function createPanelFrame(
  panel: Panel,
  place: Place,
  describe: () => string | undefined,
  menu: (element: HTMLElement) => HTMLElement,
): PanelFrame {
  const title = h('h3', {})
  const body = h('div', { class: 'panel-body' })
  const element = h('section', {
    class: `panel panel-${panel.type}`,
    style: gridStyle(place),
    'data-panel': String(panel.id ?? ''),
  })
  const about = panel.description
    ? dropdown({ class: 'plain about', 'aria-label': 'What this panel shows' }, ['i'], () =>
        h('p', { class: 'about-text' }, describe()),
      )
    : null
  element.append(h('header', {}, title, about, menu(element)), body)
  const mark = (state: PanelState) => element.setAttribute('data-state', state)
  const say = (state: 'empty' | 'error', text: string) => {
    const props = state === 'error' ? { class: 'error', role: 'alert' } : { class: 'none' }
    body.replaceChildren(h('p', props, text))
    mark(state)
  }
  mark('waiting')
  return {
    element,
    body,
    mark,
    say,
    title(text) {
      title.textContent = text
      title.title = text
    },
    fail: (error) =>
      say(
        'error',
        error instanceof AskError ? error.message : `The panel cannot be drawn: ${(error as Error).message}`,
      ),
  }
}

function gridStyle({ x, y, w, h: height }: Place): Record<string, string> {
  return { '--x': String(x + 1), '--y': String(y + 1), '--w': String(w), '--h': String(height) }
}

const NEAR_PX = '300px'
/** Between two sizes of a window that is being dragged. */
const REST_MS = 120

export interface Sight {
  isSeen(): boolean
  end(): void
}

/** `seen`: it comes into sight, or near it. `resized`: its room has another size. */
export function watchSight({ element, body }: PanelFrame, seen: () => void, resized: () => void): Sight {
  let isSeen = false
  let last = [body.clientWidth, body.clientHeight]
  const sight = new IntersectionObserver(
    ([entry]) => {
      isSeen = entry.isIntersecting
      if (isSeen) seen()
    },
    { rootMargin: NEAR_PX },
  )
  const size = new ResizeObserver(
    debounce(REST_MS, () => {
      const next = [body.clientWidth, body.clientHeight]
      // A scroll bar that comes and goes is no new size.
      if (next[0] === last[0] && Math.abs(next[1] - last[1]) < 2) return
      last = next
      resized()
    }),
  )
  sight.observe(element)
  size.observe(body)
  return {
    isSeen: () => isSeen,
    end() {
      sight.disconnect()
      size.disconnect()
    },
  }
}
