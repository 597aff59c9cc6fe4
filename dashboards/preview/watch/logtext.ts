/** Text that strangers wrote, on the page: text nodes only, nothing unseen in it, and no direction but left to right. */
import { h } from '../page/dom.ts'
import { visible } from './model/highlight.ts'

/** What a row shows at most. */
const MAX_SHOWN = 600

export function shownText(text: string, max = MAX_SHOWN): string {
  return visible(text.length > max ? `${text.slice(0, max)} …` : text)
}

export function logText(text: string, max?: number): HTMLElement {
  return h('bdi', { class: 'log-text', dir: 'ltr' }, shownText(text, max))
}
