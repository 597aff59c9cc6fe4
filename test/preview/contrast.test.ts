/** Words that say how loud an event is are read in both themes: WCAG 2.1, 1.4.3 (AA) wants 4.5 to 1 for small text. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const [LIGHT = '', DARK = ''] = readFileSync('dashboards/preview/page/style/base.css', 'utf8')
  .split(':root[data-theme="dark"]')
  .map((part) => part.split('}')[0])

const WORDS = ['text', 'muted', 'error', 'info', 'warn', 'bad', 'critical']
const GROUNDS = ['page', 'panel']

for (const [theme, css] of Object.entries({ LIGHT, DARK })) {
  test(`colours of words, ${theme.toLowerCase()}`, () => {
    for (const word of WORDS)
      for (const ground of GROUNDS) {
        const [a, b] = [luminance(colour(css, word)), luminance(colour(css, ground))].sort((x, y) => y - x)
        const contrast = (a + 0.05) / (b + 0.05)
        assert.ok(contrast >= 4.5, `${word} on ${ground}: ${contrast.toFixed(2)}`)
      }
  })
}

function colour(css: string, name: string): string {
  const [, hex] = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css) ?? []
  assert.ok(hex, name)
  return hex
}

/** WCAG 2.1: relative luminance of #rrggbb. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
