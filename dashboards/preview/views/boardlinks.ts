/** A dashboard's links: to places of its own, and to the other dashboards with the same tags, keeping time and variables. */

import { timeBuiltIns } from '../model/builtins.ts'
import type { Dashboard, DashboardLink } from '../model/dashboard.ts'
import { type RawRange, resolveRange } from '../model/times.ts'
import { interpolateText, queryParams, type Variable } from '../model/variables.ts'
import { type BoardEntry, listBoards } from '../page/api.ts'
import { dropdown, h } from '../page/dom.ts'

export async function boardLinks(
  dashboard: Dashboard,
  variables: ReadonlyMap<string, Variable>,
  raw: () => RawRange,
): Promise<HTMLElement[]> {
  const links = dashboard.links ?? []
  const boards = links.some(({ type }) => type === 'dashboards') ? await listBoards().catch(() => []) : []
  return links.map((link) => {
    const target = (url: string) => withState(url, link, variables, raw())
    if (link.type !== 'dashboards') return anchor(link.title ?? link.url ?? '', ownUrl(link, variables, raw()), link)
    return dropdown({ class: 'select' }, [link.title || 'Dashboards', ' ▾'], () =>
      h(
        'div',
        { class: 'link-list' },
        others(boards, link, dashboard.uid).map(({ uid, title }) =>
          anchor(title.replace(/^Longship: /, ''), target(`/d/${encodeURIComponent(uid)}`), link),
        ),
      ),
    )
  })
}

function others(boards: readonly BoardEntry[], { tags = [] }: DashboardLink, own: string): BoardEntry[] {
  return boards.filter((board) => board.uid !== own && tags.every((tag) => board.tags.includes(tag)))
}

function ownUrl(link: DashboardLink, variables: ReadonlyMap<string, Variable>, raw: RawRange): string {
  const builtIn = timeBuiltIns({ range: resolveRange(raw, Date.now()), raw })
  return withState(interpolateText(link.url ?? '', { variables, builtIn }), link, variables, raw)
}

function withState(
  url: string,
  { keepTime, includeVars }: DashboardLink,
  variables: ReadonlyMap<string, Variable>,
  raw: RawRange,
): string {
  const params = keepTime === true ? [`from=${encodeURIComponent(raw.from)}`, `to=${encodeURIComponent(raw.to)}`] : []
  if (includeVars === true) {
    for (const { model, chosen } of variables.values())
      if (chosen.length > 0) params.push(queryParams(model.name, chosen))
  }
  return params.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${params.join('&')}`
}

function anchor(title: string, url: string, { targetBlank, tooltip }: DashboardLink): HTMLElement {
  const props = targetBlank === true ? { target: '_blank', rel: 'noreferrer' } : {}
  return h('a', { href: url, class: 'item', title: tooltip || undefined, ...props }, title)
}
