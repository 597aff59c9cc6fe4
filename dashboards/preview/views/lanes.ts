/** Draws lanes of time: a row a service and node, a bar for what took time, a mark for what happened at once. */
import type { Lane, Lanes, Step } from '../model/lanes.ts'
import { clockText } from '../model/times.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'

/** `show`: the entry that a step comes from. */
export function drawLanes(lanes: Lanes, show: (entry: number) => void): HTMLElement {
  const length = Math.max(1, lanes.to - lanes.from)
  const part = (time: number) => `${(((time - lanes.from) / length) * 100).toFixed(3)}%`
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) =>
    h(
      'span',
      { class: 'tick', style: { left: `${at * 100}%` } },
      at === 0 ? clockText(lanes.from).slice(11) : `+${formatValue(length * at, 'ms')}`,
    ),
  )
  return h(
    'div',
    { class: 'lanes', role: 'group', 'aria-label': 'Lanes of time' },
    lanes.lanes.map((lane) => row(lane, lanes, part, show)),
    h('div', { class: 'state-row axis' }, h('span', { class: 'name' }), h('div', { class: 'track' }, ticks)),
  )
}

function row(
  { name, steps }: Lane,
  lanes: Lanes,
  part: (time: number) => string,
  show: (entry: number) => void,
): HTMLElement {
  // Long ones first: what is short stays on top, and can be reached.
  const ordered = [...steps].sort((a, b) => b.to - b.from - (a.to - a.from))
  return h(
    'div',
    { class: 'state-row' },
    h('span', { class: 'name', title: name }, name),
    h(
      'div',
      { class: 'track' },
      ordered.map((step) => mark(step, lanes, part, show)),
    ),
  )
}

function mark(step: Step, { from }: Lanes, part: (time: number) => string, show: (entry: number) => void): HTMLElement {
  const isPoint = step.to === step.from
  const took = isPoint ? '' : `, took ${formatValue(step.to - step.from, 'ms')}`
  const title = `+${formatValue(step.from - from, 'ms')} ${step.name}${took}`
  return h('button', {
    type: 'button',
    class: isPoint ? 'span point' : 'span',
    'data-level': step.level,
    title,
    'aria-label': title,
    style: { left: part(step.from), ...(isPoint ? {} : { width: `calc(${part(step.to)} - ${part(step.from)})` }) },
    onclick: () => show(step.entry),
  })
}
