/** What somebody does with a page, by what they see: names of buttons, labels of fields. */
import type { Tab } from './chromium.ts'

const IN_PAGE = `
  const seen = (each) => each.checkVisibility() && (document.querySelector('dialog[open]')?.contains(each) ?? true)
  const nameOf = (each) => (each.getAttribute('aria-label') ?? each.labels?.[0]?.textContent ?? each.textContent).trim()
  const find = (selector, name) => {
    const all = [...document.querySelectorAll(selector)].filter(seen)
    const found = all.find((each) => nameOf(each) === name) ?? all.find((each) => nameOf(each).startsWith(name))
    if (found === undefined) throw new Error('there is no ' + name + ' but ' + all.map(nameOf).join(', '))
    return found
  }
`

function inPage<T>(tab: Tab, code: string): Promise<T> {
  return tab.evaluate<T>(`(() => { ${IN_PAGE} ${code} })()`)
}

/** A button, link or item of that name, above all in the dialog that is open. One that is busy is waited for. */
export async function click(tab: Tab, name: string): Promise<void> {
  const isFree = `try { return find('button, a', ${JSON.stringify(name)}).disabled !== true } catch { return true }`
  await tab.until(`(() => { ${IN_PAGE} ${isFree} })()`)
  await inPage(tab, `find('button, a', ${JSON.stringify(name)}).click()`)
}

/** The field of that label: what was in it goes. */
export async function fill(tab: Tab, label: string, text: string): Promise<void> {
  await inPage(tab, `const field = find('input, textarea', ${JSON.stringify(label)}); field.focus(); field.select()`)
  if (text === '') await tab.press('Delete')
  else await tab.type(text)
}

export async function choose(tab: Tab, label: string, value: string): Promise<void> {
  await inPage(
    tab,
    `const field = find('select', ${JSON.stringify(label)}); field.value = ${JSON.stringify(value)}
     if (field.value !== ${JSON.stringify(value)}) throw new Error('no such choice')
     field.dispatchEvent(new Event('change', { bubbles: true }))`,
  )
}

export async function tick(tab: Tab, label: string): Promise<void> {
  await inPage(tab, `find('input[type=checkbox]', ${JSON.stringify(label)}).click()`)
}

/** Until there is an element whose text holds that. */
export function sees(tab: Tab, selector: string, text: string): Promise<void> {
  return tab.until(
    `(() => { const all = [...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.textContent)
      return all.some((each) => each.includes(${JSON.stringify(text)})) || all })()`,
  )
}

/** Fields without a name for who cannot see them. */
export function unnamed(tab: Tab): Promise<string[]> {
  return inPage(
    tab,
    `return [...document.querySelectorAll('input, select, textarea, button, a')]
      .filter((each) => each.checkVisibility() && nameOf(each) === '')
      .map((each) => each.outerHTML.slice(0, 200))`,
  )
}

/** What has the focus, by name. */
export function focused(tab: Tab): Promise<string> {
  return inPage(tab, `return nameOf(document.activeElement).slice(0, 80)`)
}

/** Elements that stick out of the window. */
export function tooWide(tab: Tab): Promise<string[]> {
  return tab.evaluate(
    `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.className || each.tagName)`,
  )
}
