/** Light or dark: as the system says, until someone chooses. */
import { h } from './dom.ts'

type Theme = 'light' | 'dark'
const KEY = 'longship-theme'
const system = matchMedia('(prefers-color-scheme: dark)')

/** Graphs on a canvas are drawn anew when this event comes: their ink is not CSS. */
export const THEME_CHANGED = 'longship-theme-changed'

export function startTheme(): void {
  apply()
  system.addEventListener('change', apply)
}

export function themeButton(): HTMLElement {
  const button = h('button', { type: 'button', class: 'plain', onclick: toggle }, '◐')
  button.title = 'Light or dark'
  button.setAttribute('aria-label', 'Switch between light and dark')
  return button
}

function toggle(): void {
  const next: Theme = theme() === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // A browser without storage forgets the choice with the page.
  }
  apply(next)
}

function theme(): Theme {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(KEY)
  } catch {}
  return kept === 'light' || kept === 'dark' ? kept : system.matches ? 'dark' : 'light'
}

function apply(chosen?: unknown): void {
  document.documentElement.dataset['theme'] = chosen === 'light' || chosen === 'dark' ? chosen : theme()
  dispatchEvent(new Event(THEME_CHANGED))
}
