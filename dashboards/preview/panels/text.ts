/** Text panels: Markdown's usual parts as elements. HTML in them is shown as the text that it is. */
import { h } from '../page/dom.ts'
import type { Drawn, PanelContext } from './panel.ts'

export function drawText({ panel, text }: PanelContext): Drawn {
  const content = text(String(panel.options?.['content'] ?? ''))
  const isCode = panel.options?.['mode'] === 'code'
  return { element: isCode ? h('pre', {}, content) : h('div', { class: 'prose' }, blocks(content)) }
}

function blocks(markdown: string): HTMLElement[] {
  const made: HTMLElement[] = []
  for (const block of markdown.replaceAll('\r', '').split(/\n{2,}|\n(?=#{1,6} )|(?<=^#{1,6} [^\n]*)\n/m)) {
    const lines = block.split('\n').filter((line) => line.trim() !== '')
    if (lines.length === 0) continue
    const heading = /^(#{1,6}) +(.*)$/.exec(lines[0])
    if (heading !== null) made.push(h(`h${Math.min(6, heading[1].length + 2)}` as 'h3', {}, inline(heading[2])))
    else if (lines.every((line) => /^\s*[-*] /.test(line))) made.push(list('ul', lines, /^\s*[-*] +/))
    else if (lines.every((line) => /^\s*\d+\. /.test(line))) made.push(list('ol', lines, /^\s*\d+\. +/))
    else made.push(h('p', {}, inline(lines.join(' '))))
  }
  return made
}

function list(tag: 'ul' | 'ol', lines: readonly string[], mark: RegExp): HTMLElement {
  return h(
    tag,
    {},
    lines.map((line) => h('li', {}, inline(line.replace(mark, '')))),
  )
}

/** Code, bold, italics and links; links lead only where safeUrl lets them. */
function inline(text: string): (HTMLElement | string)[] {
  const parts: (HTMLElement | string)[] = []
  let from = 0
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/g)) {
    parts.push(text.slice(from, match.index))
    from = match.index + match[0].length
    const [, code, bold, italic, label, url] = match
    if (code !== undefined) parts.push(h('code', {}, code))
    else if (bold !== undefined) parts.push(h('strong', {}, bold))
    else if (italic !== undefined) parts.push(h('em', {}, italic))
    else parts.push(h('a', { href: url }, label))
  }
  return [...parts, text.slice(from)]
}
