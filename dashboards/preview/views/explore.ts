/** Explore: any LogQL query. Lines stand below their volume over time, numbers in a graph; new lines come live. */
import { createTimeControls } from '../controls/timecontrols.ts'
import { ask, follow } from '../explore/asking.ts'
import { createEditor } from '../explore/editor.ts'
import { suggestQueries } from '../explore/examples.ts'
import type { ResultActions } from '../explore/results.ts'
import { createScreen } from '../explore/screen.ts'
import { createWords } from '../explore/words.ts'
import { withFilters } from '../model/logql.ts'
import { h, onNewWidth } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import { THEME_CHANGED } from '../page/theme.ts'
import type { View } from '../page/view.ts'

const LIMITS = ['100', '500', '1000', '5000']
/** What stands beside the sheet's content. */
const MARGIN_PX = 60

export function showExplore(room: HTMLElement): View {
  document.title = 'Explore · Longship'
  const left = new AbortController()
  const screen = createScreen()
  const times = createTimeControls({ from: 'now-1h', to: 'now' }, 'off', () => run())
  const editor = createEditor(here().params.get('query') ?? '', createWords(times.range), () => submit(editor.text))
  const limit = h(
    'select',
    { 'aria-label': 'Lines at most', onchange: () => run() },
    LIMITS.map((each) => h('option', { value: each }, each)),
  )
  const live = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => (isLive() ? run() : tail()) },
    'Live',
  )
  const isLive = () => live.getAttribute('aria-pressed') === 'true'
  let asking = new AbortController()
  const begin = (isTail: boolean): AbortSignal => {
    asking.abort()
    asking = new AbortController()
    live.setAttribute('aria-pressed', String(isTail))
    return asking.signal
  }
  const submit = (query: string) => {
    editor.set(query)
    setParams({ query })
    run()
  }
  const actions: ResultActions = {
    zoom: times.zoom,
    traceUrl: (id) => `/trace/${encodeURIComponent(id)}?${new URLSearchParams({ ...times.raw() })}`,
    filter: (key, value, isWanted) =>
      submit(withFilters(editor.text, [{ key, operator: isWanted ? '=' : '!=', value }])),
  }
  const run = () => {
    const signal = begin(false)
    const query = editor.text.trim()
    const question = {
      query,
      range: times.range(),
      limit: Number(limit.value),
      width: Math.max(200, room.clientWidth - MARGIN_PX),
    }
    if (query !== '') return void ask(question, screen, actions, signal)
    screen.clear()
    void suggestQueries(question.range, submit).then((element) => signal.aborted || screen.result({ element }))
  }
  const tail = () => {
    setParams({ query: editor.text })
    follow(editor.text.trim(), screen, actions, begin(true), () => live.setAttribute('aria-pressed', 'false'))
  }
  room.append(...layOut(times.element, editor.element, () => submit(editor.text), [live, limit], screen.element))
  const again = () => isLive() || run()
  addEventListener(THEME_CHANGED, again, { signal: left.signal })
  onNewWidth(room, again, left.signal)
  run()
  return {
    leave() {
      left.abort()
      asking.abort()
      times.stop()
      screen.clear()
    },
  }
}

function layOut(
  times: HTMLElement,
  editor: HTMLElement,
  run: () => void,
  controls: readonly HTMLElement[],
  result: HTMLElement,
) {
  const button = h('button', { type: 'button', class: 'primary', onclick: run }, 'Run')
  return [
    h('div', { class: 'board-head' }, h('h1', {}, 'Explore'), times),
    h('div', { class: 'ask' }, editor, h('div', { class: 'group' }, button, controls)),
    result,
  ]
}
