/** The preview page: what is at the address, drawn into the window. */
import 'uplot/dist/uPlot.min.css'
import './page/style/base.css'
import './page/style/controls.css'
import './page/style/panels.css'
import './page/style/logs.css'
import './page/style/watch.css'
import { h } from './page/dom.ts'
import { here, startRouting } from './page/route.ts'
import { createShell } from './page/shell.ts'
import { takeToken } from './page/token.ts'
import type { ShowView, View } from './page/view.ts'
import { showBoard } from './views/board.ts'
import { showEvents } from './views/events.ts'
import { showExplore } from './views/explore.ts'
import { showHome } from './views/home.ts'
import { showPatterns } from './views/patterns.ts'
import { showRules } from './views/rules.ts'
import { showTrace } from './views/trace.ts'
import { showTriggers } from './views/triggers.ts'

/** Path → view; the first that fits. What the pattern's group holds is the view's name for what to show. */
const VIEWS: readonly (readonly [RegExp, ShowView])[] = [
  [/^\/d\/([^/]+)/, showBoard],
  [/^\/explore$/, showExplore],
  [/^\/trace(?:\/(.+))?$/, showTrace],
  [/^\/rules$/, showRules],
  [/^\/triggers$/, showTriggers],
  [/^\/events$/, showEvents],
  [/^\/patterns$/, showPatterns],
  [/^\//, showHome],
]

const room = h('main', { id: 'main', tabindex: '-1' })
const shell = createShell(room)
document.body.replaceChildren(...shell.elements)

let view: View | undefined
startRouting(() => {
  takeToken()
  view?.leave()
  const { path } = here()
  const [pattern, show] = VIEWS.find(([each]) => each.test(path))!
  room.replaceChildren()
  shell.mark(path)
  view = show(room, decode(pattern.exec(path)?.[1]))
})

function decode(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return text ?? ''
  }
}
