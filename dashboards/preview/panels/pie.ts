/** Pies and donuts, with a legend of values and percentages. */
import { PALETTE } from '../model/colours.ts'
import { formatValue } from '../model/units.ts'
import { h, svg } from '../page/dom.ts'
import { linked } from './linked.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { type SingleValue, singleValues } from './values.ts'

interface Slice extends SingleValue {
  readonly part: number
  readonly tint: string
}

export function drawPie(context: PanelContext): Drawn {
  const slices = slicesOf(singleValues(context))
  if (slices.length === 0) return { element: h('div'), isEmpty: true }
  const { pieType = 'pie', legend: options = {} } = context.panel.options ?? {}
  const isBeside = options.placement === 'right' && context.width > 300
  const hasLegend = options.showLegend !== false
  const size = Math.max(
    80,
    Math.min(isBeside ? context.width * 0.45 : context.width, context.height - (isBeside || !hasLegend ? 8 : 60)),
  )
  const element = h('div', { class: isBeside ? 'pie beside' : 'pie' }, chart(slices, pieType === 'donut', size))
  if (hasLegend) element.append(legendOf(slices, options.values ?? []))
  return { element }
}

function slicesOf(values: readonly SingleValue[]): Slice[] {
  const shown = values
    .filter(({ value }) => typeof value === 'number' && value > 0)
    .sort((a, b) => Number(b.value) - Number(a.value))
  const total = shown.reduce((sum, { value }) => sum + Number(value), 0)
  return shown.map((each, index) => ({ ...each, part: Number(each.value) / total, tint: tintOf(each, index) }))
}

/** Thresholds say nothing about shares: without colours of their own, slices take the palette's. */
function tintOf({ config, color }: SingleValue, index: number): string {
  return config.color === undefined || config.color.mode === 'thresholds' ? PALETTE[index % PALETTE.length] : color
}

function chart(slices: readonly Slice[], isDonut: boolean, size: number): SVGElement {
  let from = 0
  const paths = slices.map((slice) => {
    const path = svg(
      'path',
      { d: slicePath(from, from + slice.part, isDonut ? 0.62 : 0), fill: slice.tint, class: 'slice' },
      title(slice),
    )
    from += slice.part
    return path
  })
  const label = slices.map(({ name, part }) => `${name} ${percent(part)}`).join(', ')
  return svg(
    'svg',
    { viewBox: '-1.02 -1.02 2.04 2.04', width: size, height: size, role: 'img', 'aria-label': label },
    ...paths,
  )
}

function title({ name, shown, part }: Slice): SVGElement {
  return svg('title', {}, `${name}: ${shown.prefix}${shown.text}${shown.suffix} (${percent(part)})`)
}

/** From 12 o'clock, clockwise; a whole circle is two halves. */
function slicePath(from: number, to: number, hole: number): string {
  if (to - from > 0.9999) return `${slicePath(0, 0.5, hole)} ${slicePath(0.5, 0.99989, hole)}`
  const at = (part: number, radius: number) => {
    const angle = part * 2 * Math.PI - Math.PI / 2
    return `${(Math.cos(angle) * radius).toFixed(4)} ${(Math.sin(angle) * radius).toFixed(4)}`
  }
  const large = to - from > 0.5 ? 1 : 0
  const outer = `M ${at(from, 1)} A 1 1 0 ${large} 1 ${at(to, 1)}`
  if (hole === 0) return `${outer} L 0 0 Z`
  return `${outer} L ${at(to, hole)} A ${hole} ${hole} 0 ${large} 0 ${at(from, hole)} Z`
}

function percent(part: number): string {
  return formatValue(part, 'percentunit', part >= 0.1 ? 0 : 1)
}

function legendOf(slices: readonly Slice[], values: readonly string[]): HTMLElement {
  const rows = slices.map((slice) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('i', { style: { background: slice.tint } }), linked(slice.name, slice.links)),
      values.includes('value') ? h('td', {}, `${slice.shown.prefix}${slice.shown.text}${slice.shown.suffix}`) : null,
      values.includes('percent') || values.length === 0 ? h('td', {}, percent(slice.part)) : null,
    ),
  )
  return h('div', { class: 'legend as-table' }, h('table', {}, h('tbody', {}, rows)))
}
