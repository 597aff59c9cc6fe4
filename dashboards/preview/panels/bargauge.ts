/** Bar gauges: a bar a series, as long as its value is large, coloured by thresholds. */
import { colour, ink, stepsOf, stepValue, valueColour } from '../model/colours.ts'
import { h } from '../page/dom.ts'
import { linked } from './linked.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { type SingleValue, singleValues } from './values.ts'

export function drawBarGauge(context: PanelContext): Drawn {
  const values = singleValues(context)
  if (values.length === 0) return { element: h('div'), isEmpty: true }
  const numbers = values
    .map(({ value }) => value)
    .filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  const largest = Math.max(...numbers, 0)
  const smallest = Math.min(...numbers, 0)
  const isGradient = context.panel.options?.['displayMode'] !== 'basic'
  const rows = values.map((value) => bar(value, value.config.min ?? smallest, value.config.max ?? largest, isGradient))
  return { element: h('div', { class: 'bars', role: 'list' }, rows) }
}

function bar(
  { name, value, shown, config, links }: SingleValue,
  min: number,
  max: number,
  isGradient: boolean,
): HTMLElement {
  const part = typeof value === 'number' && max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0
  const tint = valueColour(value, config, 0, min, max)
  const fill = h('div', {
    class: 'fill',
    style: {
      width: `${(part * 100).toFixed(2)}%`,
      background: isGradient ? gradient(config, min, max, part, tint) : tint,
    },
  })
  const text = `${shown.prefix}${shown.text}${shown.suffix}`
  return h(
    'div',
    { class: 'bar', role: 'listitem', title: `${name}: ${text}` },
    h('span', { class: 'name' }, linked(name, links)),
    h('div', { class: 'track' }, fill),
    h('span', { class: 'number', style: { color: ink(tint) } }, text),
  )
}

/** The colours of the thresholds that the bar passes on its way. */
function gradient(config: SingleValue['config'], min: number, max: number, part: number, end: string): string {
  const passed = stepsOf(config)
    .map((step) => ({
      tint: colour(step.color),
      at: (Math.max(min, stepValue(step, config, min, max)) - min) / (max - min || 1),
    }))
    .filter(({ at }) => at < part)
  const stops = passed.map(({ tint, at }) => `${tint} ${((at / part) * 100).toFixed(1)}%`)
  return `linear-gradient(to right, ${[...stops, `${end} 100%`].join(', ')}${stops.length === 0 ? `, ${end}` : ''})`
}
