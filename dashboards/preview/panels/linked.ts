/** A value with its data links: one is the value itself, several are a menu. */
import { dropdown, h } from '../page/dom.ts'
import type { Link } from './panel.ts'

export function linked(content: HTMLElement | string, links: readonly Link[]): HTMLElement | string {
  if (links.length === 0) return content
  if (links.length === 1) return anchor(links[0], content, 'data-link')
  return dropdown({ class: 'data-link' }, [content], () =>
    h(
      'div',
      { class: 'link-list' },
      links.map((link) => anchor(link, link.title, 'item')),
    ),
  )
}

function anchor({ title, url, targetBlank }: Link, content: HTMLElement | string, name: string): HTMLElement {
  const props = targetBlank === true ? { target: '_blank', rel: 'noreferrer' } : {}
  return h('a', { href: url, title, class: name, ...props }, content)
}
