/** Elements in one expression. Text becomes text nodes only: nothing here, and nothing in the page, makes HTML from text. */

type Child = Node | string | number | null | undefined | false
type Props = Readonly<Record<string, unknown>>

/** `on…` are listeners, `style` an object of properties (names with -- too), true an empty attribute, false none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  setProps(element, props)
  element.append(...nodes(children))
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

export function svg(tag: string, props: Props = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement
  setProps(element, props)
  element.append(...nodes(children))
  return element
}

function nodes(children: readonly (Child | readonly Child[])[]): (Node | string)[] {
  return children
    .flat()
    .filter((child): child is Node | string | number => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child))
}

function setProps(element: HTMLElement | SVGElement, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener)
    else if (name === 'style') {
      for (const [key, text] of Object.entries(value as Record<string, string>)) element.style.setProperty(key, text)
    } else if (name === 'href') element.setAttribute('href', safeUrl(String(value)))
    else if (name === 'value') (element as HTMLInputElement).value = String(value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
}

/** Only places that a link may lead to; a `javascript:` of a log's field leads nowhere. */
export function safeUrl(url: string): string {
  return /^(?:https?:\/\/|mailto:|\/(?![/\\])|\?|#)/i.test(url.trim()) ? url.trim() : '#'
}

/** Calls once when nothing came for `ms`. */
export function debounce(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(run, ms)
  }
}

/** Between two sizes of a window that is being dragged. */
const REST_MS = 200

/** A phone that shows its keyboard is lower, but as wide as before: nothing is drawn anew. */
export function onNewWidth(element: HTMLElement, run: () => void, ended: AbortSignal): void {
  let last = element.clientWidth
  const later = debounce(REST_MS, () => {
    if (ended.aborted || element.clientWidth === last) return
    last = element.clientWidth
    run()
  })
  addEventListener('resize', later, { signal: ended })
}

/** A button that opens a box below itself; Escape and clicks elsewhere close it. `fill` makes what is in it, each time. */
export function dropdown(props: Props, label: readonly Child[], fill: (close: () => void) => Node): HTMLElement {
  const box = h('div', { class: 'menu', hidden: true })
  const button = h('button', { type: 'button', 'aria-expanded': 'false', 'aria-haspopup': 'true', ...props }, ...label)
  const wrap = h('div', { class: 'dropdown' }, button, box)
  const close = () => {
    if (box.hidden) return
    box.hidden = true
    box.replaceChildren()
    button.setAttribute('aria-expanded', 'false')
    document.removeEventListener('pointerdown', outside)
  }
  const outside = (event: Event) => {
    if (!wrap.contains(event.target as Node)) close()
  }
  button.addEventListener('click', () => {
    if (!box.hidden) return close()
    box.hidden = false
    box.classList.remove('to-left')
    box.replaceChildren(fill(close))
    if (box.getBoundingClientRect().right > document.documentElement.clientWidth - 8) box.classList.add('to-left')
    button.setAttribute('aria-expanded', 'true')
    document.addEventListener('pointerdown', outside)
    box.querySelector<HTMLElement>('input, button, a, select')?.focus()
  })
  wrap.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || box.hidden) return
    event.stopPropagation()
    close()
    button.focus()
  })
  return wrap
}

/** Copies, and says so on the button. `title`: for a label that is no word. */
export function copyButton(text: () => string, label = 'Copy', title?: string): HTMLButtonElement {
  const copy = async (event: Event) => {
    event.stopPropagation()
    const isDone = await copyText(text())
    button.textContent = isDone ? (title === undefined ? 'Copied' : '✓') : '✗'
    setTimeout(() => (button.textContent = label), COPIED_MS)
  }
  const button = h('button', { type: 'button', class: 'small', title, 'aria-label': title, onclick: copy }, label)
  return button
}

const COPIED_MS = 1200

/** Browsers have a clipboard for pages of this machine and of https only; elsewhere a selection is copied, as by hand. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const area = h('textarea', { class: 'skip', value: text })
  // Behind an open dialog nothing can be selected.
  const place = document.querySelector('dialog[open]') ?? document.body
  place.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  return isDone
}
