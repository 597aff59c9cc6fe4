/** The frame around every view: where to go, which Loki answers, light or dark. */
import { getJson } from './api.ts'
import { h } from './dom.ts'
import { startTheme, themeButton } from './theme.ts'

export interface Shell {
  readonly elements: readonly HTMLElement[]
  /** Shows which of the links leads here. */
  mark(path: string): void
}

const LINKS = [
  ['/', 'Dashboards'],
  ['/explore', 'Explore'],
  ['/trace', 'Trace'],
] as const

export function createShell(main: HTMLElement): Shell {
  startTheme()
  const links = LINKS.map(([href, title]) => h('a', { href }, title))
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
  void describeSource(source)
  return {
    elements: [header, main],
    mark(path) {
      for (const link of links) {
        const target = link.getAttribute('href')!
        const isHere = target === '/' ? path === '/' || path.startsWith('/d') : path.startsWith(target)
        if (isHere) link.setAttribute('aria-current', 'page')
        else link.removeAttribute('aria-current')
      }
    },
  }
}

async function describeSource(element: HTMLElement): Promise<void> {
  const about = await getJson<{ loki: string | null }>('about').catch(() => ({ loki: null }))
  element.textContent = about.loki === null ? 'embedded Loki' : about.loki
  element.title = about.loki === null ? 'Queries are answered by the embedded Loki' : `Queries go to ${about.loki}`
}
