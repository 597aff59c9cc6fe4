/** Without a query: some that find something, made of the labels that are there. */
import { findStreams } from '../loki/findid.ts'
import type { TimeRange } from '../model/times.ts'
import { h } from '../page/dom.ts'

export async function suggestQueries(range: TimeRange, choose: (query: string) => void): Promise<HTMLElement> {
  const { label, selector } = await findStreams(range)
  const queries = [
    ['All lines', selector],
    ['Lines of errors', `${selector} | level=~"error|critical|fatal"`],
    ['Lines a second', `sum by (${label}) (rate(${selector} [1m]))`],
    [
      '95th percentile of durations',
      `quantile_over_time(0.95, ${selector} | unwrap duration_ms | __error__="" [5m]) by (${label})`,
    ],
  ]
  const rows = queries.map(([title, query]) =>
    h('li', {}, h('button', { type: 'button', onclick: () => choose(query) }, title), h('code', {}, query)),
  )
  const words =
    'Type a query and press Enter. Words are completed as you type; Ctrl with Space shows them. Or begin with one of these:'
  return h('div', {}, h('p', { class: 'muted' }, words), h('ul', { class: 'examples' }, rows))
}
