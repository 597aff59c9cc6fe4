/** State timelines: a row a series, a bar a state, as long as it lasted. */
import { mappingFor, valueColour } from '../model/colours.ts'
import type { FieldConfig } from '../model/dashboard.ts'
import { displayName, type Field } from '../model/frame.ts'
import { clockText } from '../model/times.ts'
import { h } from '../page/dom.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { shownText } from './values.ts'

const LETTER_PX = 7

interface Run {
  readonly from: number
  readonly to: number
  readonly value: unknown
}

export function drawStateTimeline(context: PanelContext): Drawn {
  const rows = context.frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    return frame.fields
      .filter((field) => time !== undefined && field !== time && field.type !== 'other')
      .map((field) => ({
        name: displayName(field, frame),
        config: field.config ?? {},
        runs: runsOf(time!.values as number[], field, context),
      }))
  })
  if (rows.length === 0) return { element: h('div'), isEmpty: true }
  const { from, to } = context.range
  const part = (time: number) => `${(((time - from) / (to - from)) * 100).toFixed(3)}%`
  const element = h(
    'div',
    { class: 'states' },
    rows.map(({ name, config, runs }) =>
      h(
        'div',
        { class: 'state-row' },
        h('span', { class: 'name', title: name }, name),
        h(
          'div',
          { class: 'track' },
          runs.map((run) => bar(run, config, name, part, (context.width * 0.8) / (to - from))),
        ),
      ),
    ),
    h(
      'div',
      { class: 'state-row axis' },
      h('span', { class: 'name' }),
      h('div', { class: 'track' }, ticks(from, to, part)),
    ),
  )
  return { element }
}

/** As in Grafana a state lasts as long as its step, or until the next one where gaps are spanned; equal neighbours are one. */
function runsOf(
  times: readonly number[],
  { values, config = {} }: Field,
  { panel, range, stepMs }: PanelContext,
): Run[] {
  const isMerged = panel.options?.['mergeValues'] !== false
  const isHeld = config.custom?.['spanNulls'] === true
  const runs: { from: number; to: number; value: unknown }[] = []
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue
    const from = Math.max(times[index], range.from)
    const last = runs.at(-1)
    // A little late is no gap.
    const isNext = last !== undefined && (isHeld || from <= last.to + stepMs / 2)
    if (isNext) last.to = from
    if (!isNext || !isMerged || last.value !== value) runs.push({ from, to: from, value })
    runs.at(-1)!.to = Math.min(isHeld ? range.to : from + stepMs, range.to)
  }
  return runs
}

function bar(
  { from, to, value }: Run,
  config: FieldConfig,
  name: string,
  part: (time: number) => string,
  pxPerMs: number,
): HTMLElement {
  const text = mappingFor(value, config.mappings)?.text ?? shownText(value, config)
  const title = `${name}: ${text}\n${clockText(from)} – ${clockText(to)}`
  const width = `calc(${part(to)} - ${part(from)})`
  return h(
    'span',
    {
      class: 'state',
      title,
      style: { left: `min(${part(from)}, calc(100% - 3px))`, width, background: valueColour(value, config) },
    },
    // Half a word says less than the colour.
    (to - from) * pxPerMs > text.length * LETTER_PX + 10 ? text : '',
  )
}

function ticks(from: number, to: number, part: (time: number) => string): HTMLElement[] {
  const isLong = to - from > 86_400_000
  return [0.1, 0.3, 0.5, 0.7, 0.9].map((at) => {
    const time = from + (to - from) * at
    return h(
      'span',
      { class: 'tick', style: { left: part(time) } },
      isLong ? clockText(time).slice(5, 16) : clockText(time).slice(11, 16),
    )
  })
}
