/** The preview page: what is at the address, drawn into the window. */
import 'uplot/dist/uPlot.min.css'
import './style/base.css'
import './style/controls.css'
import './style/panels.css'
import './style/logs.css'
import { showBoard } from '../views/board.ts'
import { showExplore } from '../views/explore.ts'
import { showHome } from '../views/home.ts'
import { showTrace } from '../views/trace.ts'
import { h } from './dom.ts'
import { here, startRouting } from './route.ts'
import { createShell } from './shell.ts'
import type { ShowView, View } from './view.ts'

/** Path → view; the first that fits. What the pattern's group holds is the view's name for what to show. */
const VIEWS: readonly (readonly [RegExp, ShowView])[] = [
  [/^\/d\/([^/]+)/, showBoard],
  [/^\/explore$/, showExplore],
  [/^\/trace(?:\/(.+))?$/, showTrace],
  [/^\//, showHome],
]

const room = h('main', { id: 'main', tabindex: '-1' })
const shell = createShell(room)
document.body.replaceChildren(...shell.elements)

let view: View | undefined
startRouting(() => {
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
