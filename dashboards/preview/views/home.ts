/** The start: every dashboard with what it is for, and where else to go. */
import { getAbout, listBoards } from '../page/api.ts'
import { h } from '../page/dom.ts'
import { go } from '../page/route.ts'
import type { View } from '../page/view.ts'

export function showHome(room: HTMLElement): View {
  document.title = 'Longship'
  const list = h('ul', { class: 'boards' })
  room.append(
    h(
      'div',
      { class: 'home' },
      h('h1', {}, 'Dashboards'),
      h(
        'p',
        { class: 'muted' },
        'Drawn from the same files that Grafana loads. Times, variables and zoom stay in the address: a link shows what you see.',
      ),
      list,
      h('h2', {}, 'Look yourself'),
      h(
        'ul',
        { class: 'boards' },
        entry('/explore', 'Explore', 'Any LogQL query, with its volume over time and a live tail.'),
        entry('/trace', 'Trace', 'Everything that happened under one id, across all services.'),
      ),
    ),
  )
  void fill(list)
  void getAbout().then(({ loki, boards }) => {
    if (!boards && location.pathname === '/') return go('/rules', { replace: true })
    const text = `As a Grafana data source (type Loki), this server's address is ${location.origin}.`
    if (loki === null) room.firstElementChild?.append(h('p', { class: 'muted' }, text))
  })
  return { leave() {} }
}

async function fill(list: HTMLElement): Promise<void> {
  try {
    const boards = await listBoards()
    list.replaceChildren(
      ...boards.map(({ uid, title, description }) =>
        entry(`/d/${encodeURIComponent(uid)}`, title.replace(/^Longship: /, ''), description),
      ),
    )
    if (boards.length === 0)
      list.append(h('li', { class: 'muted' }, 'There are none: grafana/dashboards/ holds no JSON.'))
  } catch (error) {
    list.append(
      h('li', { class: 'error', role: 'alert' }, `The dashboards cannot be listed: ${(error as Error).message}.`),
    )
  }
}

function entry(href: string, title: string, description: string): HTMLElement {
  return h('li', {}, h('a', { href }, h('strong', {}, title), h('span', { class: 'muted' }, description)))
}
