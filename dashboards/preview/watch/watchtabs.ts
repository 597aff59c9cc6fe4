/** Two looks at what was found: events, and the patterns that lines are made of. */
import { h } from '../page/dom.ts'

const TABS = [
  ['/events', 'Events'],
  ['/patterns', 'Patterns'],
] as const

export function watchTabs(path: string): HTMLElement {
  const links = TABS.map(([href, title]) => h('a', { href, 'aria-current': href === path ? 'page' : undefined }, title))
  return h('nav', { class: 'tabs', 'aria-label': 'Events and patterns' }, links)
}
