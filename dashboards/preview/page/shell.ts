/** The frame around every view: where to go, which Loki answers, light or dark. */
import { type About, getAbout } from './api.ts'
import { h } from './dom.ts'
import { startTheme, themeButton } from './theme.ts'

export interface Shell {
  readonly elements: readonly HTMLElement[]
  /** Shows which of the links leads here. */
  mark(path: string): void
}

/** Where to go, and what of the server it needs. */
const LINKS: readonly (readonly [href: string, title: string, needs: 'boards' | 'scan'])[] = [
  ['/', 'Dashboards', 'boards'],
  ['/explore', 'Explore', 'boards'],
  ['/trace', 'Trace', 'boards'],
  ['/rules', 'Rules', 'scan'],
  ['/triggers', 'Triggers', 'scan'],
  ['/events', 'Events', 'scan'],
]
/** Views that stand below another's link. */
const BELOW: ReadonlyMap<string, string> = new Map([['/patterns', '/events']])

export function createShell(main: HTMLElement): Shell {
  startTheme()
  // Until the server has said what it has, there is what it always had.
  const links = LINKS.map(([href, title, needs]) => h('a', { href, hidden: needs === 'scan' }, title))
  const source = h('span', { class: 'source muted' })
  const skip = h('a', { class: 'skip', href: '#main', onclick: () => main.focus() }, 'Skip to the content')
  const header = h(
    'header',
    { class: 'shell' },
    skip,
    h('a', { class: 'brand', href: '/' }, 'Longship'),
    h('nav', { 'aria-label': 'Views' }, links),
    source,
    themeButton(),
  )
  void getAbout().then((about) => {
    for (const [index, [, , needs]] of LINKS.entries()) links[index].hidden = !about[needs]
    describeSource(source, about)
  })
  return {
    elements: [header, main],
    mark(path) {
      for (const link of links) {
        const target = link.getAttribute('href')!
        const isHere =
          target === '/' ? path === '/' || path.startsWith('/d') : (BELOW.get(path) ?? path).startsWith(target)
        if (isHere) link.setAttribute('aria-current', 'page')
        else link.removeAttribute('aria-current')
      }
    },
  }
}

function describeSource(element: HTMLElement, { loki, boards }: About): void {
  if (!boards) return
  element.textContent = loki === null ? 'embedded Loki' : loki
  element.title = loki === null ? 'Queries are answered by the embedded Loki' : `Queries go to ${loki}`
}
