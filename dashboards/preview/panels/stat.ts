/** Stats: one large number a series, coloured by its threshold, with a trend behind it where the panel wants one. */
import { ink } from '../model/colours.ts'
import { h, svg } from '../page/dom.ts'
import { linked } from './linked.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { type SingleValue, singleValues } from './values.ts'

const GAP = 6

export function drawStat(context: PanelContext): Drawn {
  const values = singleValues(context)
  if (values.length === 0) return { element: h('div'), isEmpty: true }
  const { width, height, panel } = context
  const isWide = panel.options?.['orientation'] === 'vertical' || width >= height * 1.2
  const columns = isWide ? Math.min(values.length, Math.max(1, Math.floor(width / 110))) : 1
  const rows = Math.ceil(values.length / columns)
  const room = {
    width: (width - GAP * (columns - 1)) / columns,
    height: Math.max(46, (height - GAP * (rows - 1)) / rows),
  }
  const tiles = values.map((value) => tile(value, context, room, values.length > 1))
  const element = h(
    'div',
    { class: 'stats', style: { 'grid-template-columns': `repeat(${columns}, minmax(0, 1fr))` } },
    tiles,
  )
  return { element }
}

function tile(
  value: SingleValue,
  { panel }: PanelContext,
  room: { width: number; height: number },
  isOneOfMany: boolean,
) {
  const { colorMode = 'value', textMode = 'auto', graphMode = 'area' } = panel.options ?? {}
  const { prefix, text, suffix } = value.value === null ? none(value) : value.shown
  const hasName = textMode === 'value_and_name' || textMode === 'name' || (textMode === 'auto' && isOneOfMany)
  const hasValue = textMode !== 'name' && textMode !== 'none'
  const isFilled = colorMode === 'background' || colorMode === 'background_solid'
  const size = fit(`${prefix}${text}${suffix}`, room.width - 16, room.height * (hasName ? 0.5 : 0.62))
  const number = h(
    'span',
    {
      class: value.value === null ? 'number words' : 'number',
      style: { 'font-size': `${size}px`, ...(isFilled ? {} : colorMode === 'none' ? {} : { color: ink(value.color) }) },
    },
    prefix,
    text,
    suffix === '' ? null : h('small', {}, suffix),
  )
  const points = value.trend.filter((each): each is number => typeof each === 'number' && Number.isFinite(each))
  const graph = graphMode === 'none' || points.length < 2 ? null : sparkline(points, value.color)
  return h(
    'div',
    { class: isFilled ? 'stat filled' : 'stat', style: isFilled ? { background: value.color } : {} },
    graph,
    hasName ? h('span', { class: 'name' }, value.name) : null,
    hasValue ? linked(number, value.links) : null,
  )
}

function none({ config }: SingleValue) {
  return { prefix: '', text: config.noValue ?? 'No data', suffix: '' }
}

/** As large as the room allows; 0.66: about a letter's width for its height. */
function fit(text: string, width: number, height: number): number {
  return Math.round(Math.max(12, Math.min(height, width / (Math.max(2, text.length) * 0.66), 64)))
}

function sparkline(points: readonly number[], color: string): SVGElement {
  const [min, max] = [Math.min(...points), Math.max(...points)]
  const x = (index: number) => (index / (points.length - 1)) * 100
  const y = (value: number) => (max === min ? 20 : 38 - ((value - min) / (max - min)) * 34)
  const line = points.map((value, index) => `${x(index).toFixed(2)},${y(value).toFixed(2)}`).join(' ')
  return svg(
    'svg',
    { class: 'sparkline', viewBox: '0 0 100 40', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('polygon', { points: `0,40 ${line} 100,40`, fill: color, 'fill-opacity': '0.15' }),
    svg('polyline', {
      points: line,
      fill: 'none',
      stroke: color,
      'stroke-width': '1.5',
      'vector-effect': 'non-scaling-stroke',
    }),
  )
}
