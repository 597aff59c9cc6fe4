/** Explore: any LogQL query. Lines stand below their volume over time, numbers in a graph; new lines come live. */
import { createTimeControls } from '../controls/timecontrols.ts'
import { createEditor } from '../explore/editor.ts'
import { drawLines, drawMetrics, drawVolume, type ResultActions, statsText } from '../explore/results.ts'
import { createWords } from '../explore/words.ts'
import { createLogList } from '../logs/list.ts'
import { AskError, labelNames, queryRange } from '../loki/client.ts'
import { startTail } from '../loki/tail.ts'
import { isMetricQuery, quote, withFilters } from '../model/logql.ts'
import { stepFor } from '../model/times.ts'
import { h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import { THEME_CHANGED } from '../page/theme.ts'
import type { View } from '../page/view.ts'
import type { Drawn } from '../panels/panel.ts'

const LIMITS = ['100', '500', '1000', '5000']
const LIVE_LINES = 1000
const POINT_PX = 4

export function showExplore(room: HTMLElement): View {
  document.title = 'Explore · Longship'
  const times = createTimeControls({ from: 'now-1h', to: 'now' }, 'off', () => void run())
  const editor = createEditor(here().params.get('query') ?? '', createWords(times.range), () => submit())
  const limit = h(
    'select',
    { 'aria-label': 'Lines at most', onchange: () => void run() },
    LIMITS.map((each) => h('option', { value: each }, each)),
  )
  const live = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => toggleLive() }, 'Live')
  const status = h('p', { class: 'muted status', role: 'status' })
  const volume = h('div', { class: 'volume' })
  const result = h('div', { class: 'result' })
  let drawn: Drawn[] = []
  let asking = new AbortController()
  let stopTail: (() => void) | undefined

  const actions: ResultActions = {
    zoom: times.zoom,
    traceUrl: (id) => `/trace/${encodeURIComponent(id)}?${new URLSearchParams({ ...times.raw() })}`,
    filter(name, value, isWanted) {
      editor.set(withFilters(editor.text, [{ key: name, operator: isWanted ? '=' : '!=', value }]))
      submit()
    },
  }
  const clear = () => {
    asking.abort()
    asking = new AbortController()
    stopTail?.()
    stopTail = undefined
    live.setAttribute('aria-pressed', 'false')
    for (const each of drawn) each.destroy?.()
    drawn = []
  }
  const put = (place: HTMLElement, next: Drawn | undefined) => {
    if (next !== undefined) drawn.push(next)
    place.replaceChildren(...(next === undefined ? [] : [next.element]))
  }
  const submit = () => {
    setParams({ query: editor.text })
    void run()
  }
  const fail = (error: unknown) => {
    volume.replaceChildren()
    result.replaceChildren(
      h('pre', { class: 'error', role: 'alert' }, error instanceof AskError ? error.message : String(error)),
    )
    status.textContent = ''
  }

  const run = async () => {
    clear()
    const query = editor.text.trim()
    if (query === '')
      return void suggestQueries(result, times.range(), (text) => {
        editor.set(text)
        submit()
      })
    const { signal } = asking
    const range = times.range()
    const width = Math.max(200, room.clientWidth - 60)
    status.textContent = 'Asking …'
    try {
      const isMetric = isMetricQuery(query)
      const stepMs = stepFor(range, width / POINT_PX)
      if (!isMetric)
        void drawVolume(query, range, width, actions, signal).then(
          (next) => signal.aborted || put(volume, next),
          () => volume.replaceChildren(),
        )
      const answer = await queryRange(
        query,
        { ...range, limit: Number(limit.value), ...(isMetric ? { stepMs } : {}) },
        signal,
      )
      if (signal.aborted) return
      if (isMetric) volume.replaceChildren()
      const isLines = answer.type === 'streams'
      put(result, isLines ? drawLines(answer, actions) : drawMetrics(answer, range, stepMs, width, actions))
      const count = isLines ? answer.entries.length : answer.series.length
      const isCut = isLines && count >= Number(limit.value)
      status.textContent = statsText(
        answer.stats,
        isLines ? `${isCut ? 'the newest ' : ''}${count} lines` : `${count} series`,
      )
    } catch (error) {
      if (!signal.aborted) fail(error)
    }
  }

  const toggleLive = () => {
    if (stopTail !== undefined) return void run()
    clear()
    const query = editor.text.trim()
    if (query === '' || isMetricQuery(query))
      return fail(new AskError('A live tail wants a query for lines, such as {service="api"}.'))
    setParams({ query: editor.text })
    live.setAttribute('aria-pressed', 'true')
    volume.replaceChildren()
    const list = createLogList([], actions)
    result.replaceChildren(list.element)
    let count = 0
    status.textContent = 'Live: waiting for lines …'
    stopTail = startTail(query, {
      entries(entries) {
        count += entries.length
        list.prepend(entries, LIVE_LINES)
        status.textContent = `Live: ${count} lines, the newest ${Math.min(count, LIVE_LINES)} are shown`
      },
      ended(why) {
        stopTail = undefined
        live.setAttribute('aria-pressed', 'false')
        status.textContent = why === '' ? 'The live tail has ended.' : why
      },
    })
  }

  room.append(
    h('div', { class: 'board-head' }, h('h1', {}, 'Explore'), times.element),
    h(
      'div',
      { class: 'ask' },
      editor.element,
      h(
        'div',
        { class: 'group' },
        h('button', { type: 'button', class: 'primary', onclick: submit }, 'Run'),
        live,
        limit,
      ),
    ),
    h('div', { class: 'sheet' }, status, volume, result),
  )
  const again = () => stopTail === undefined && void run()
  addEventListener(THEME_CHANGED, again)
  void run()
  return {
    leave() {
      clear()
      times.stop()
      removeEventListener(THEME_CHANGED, again)
    },
  }
}

/** Without a query: some that find something, made of the labels that are there. */
async function suggestQueries(
  room: HTMLElement,
  range: { from: number; to: number },
  choose: (query: string) => void,
): Promise<void> {
  const names = await labelNames(range).catch((): string[] => [])
  const label = ['service', 'service_name', 'job', 'app'].find((name) => names.includes(name)) ?? names[0] ?? 'service'
  const all = `{${label}=~${quote('.+')}}`
  const queries = [
    ['All lines', all],
    ['Lines of errors', `${all} | level=~"error|critical|fatal"`],
    ['Lines a second', `sum by (${label}) (rate(${all} [$__auto]))`.replace('$__auto', '1m')],
    [
      'The 95th percentile of durations',
      `quantile_over_time(0.95, ${all} | unwrap duration_ms | __error__="" [5m]) by (${label})`,
    ],
  ]
  room.replaceChildren(
    h(
      'p',
      { class: 'muted' },
      'Type a query and press Enter. Words are completed as you type: Ctrl with Space shows them. Or begin with one of these:',
    ),
    h(
      'ul',
      { class: 'examples' },
      queries.map(([title, query]) =>
        h('li', {}, h('button', { type: 'button', onclick: () => choose(query) }, title), h('code', {}, query)),
      ),
    ),
  )
}
