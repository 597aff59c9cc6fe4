/** What a query of Explore gives: lines below their volume over time, or a graph with a table of the last values. */
import { createLogList } from '../logs/list.ts'
import { type Answer, byTime, queryRange, type Stats } from '../loki/client.ts'
import { framesOf } from '../loki/frames.ts'
import type { FieldConfig, Override, Panel } from '../model/dashboard.ts'
import { configureFrames } from '../model/fields.ts'
import type { Frame } from '../model/frame.ts'
import { LEVELS } from '../model/logline.ts'
import { stepFor, type TimeRange } from '../model/times.ts'
import { transform } from '../model/transform.ts'
import { formatValue } from '../model/units.ts'
import { byLevel } from '../model/volume.ts'
import { h } from '../page/dom.ts'
import type { Drawn, PanelContext } from '../panels/panel.ts'
import { drawTable } from '../panels/table.ts'
import { drawTimeSeries } from '../panels/timeseries.ts'

/** The same in every dashboard of the house: dashboards/lib/panels.ts. */
const LEVEL_COLOURS = ['light-blue', 'blue', 'green', 'yellow', 'red', 'purple', 'dark-purple', 'text']
const BARS = 60

export interface ResultActions {
  zoom(range: TimeRange): void
  traceUrl(id: string): string
  filter(name: string, value: string, isWanted: boolean): void
}

/** Lines by level; undefined when Loki does not count them. */
export async function drawVolume(
  query: string,
  range: TimeRange,
  width: number,
  actions: ResultActions,
  signal: AbortSignal,
): Promise<Drawn | undefined> {
  const stepMs = stepFor(range, BARS)
  const counted = `sum by (level, detected_level) (count_over_time(${query} [${stepMs}ms]))`
  const answer = await queryRange(counted, { ...range, stepMs }, signal)
  if (answer.type === 'streams' || answer.series.length === 0) return undefined
  const frames = framesOf({ ...answer, series: byLevel(answer.series) }, { refId: 'volume', legendFormat: '{{level}}' })
  const bars = { drawStyle: 'bars', fillOpacity: 80, lineWidth: 0, stacking: { mode: 'normal' }, axisSoftMin: 0 }
  const panel: Panel = {
    type: 'timeseries',
    options: { legend: { displayMode: 'list', calcs: ['sum'] } },
    fieldConfig: { defaults: { custom: bars, unit: 'short' }, overrides: LEVELS.map(levelColour) },
  }
  return drawTimeSeries(contextOf(panel, frames, range, stepMs, { width, height: 140 }, actions))
}

function levelColour(level: string, index: number): Override {
  const color: FieldConfig['color'] = { mode: 'fixed', fixedColor: LEVEL_COLOURS[index] }
  return { matcher: { id: 'byName', options: level }, properties: [{ id: 'color', value: color }] }
}

export function drawLines(answer: Extract<Answer, { type: 'streams' }>, actions: ResultActions): Drawn {
  const entries = [...answer.entries].sort((a, b) => byTime(b, a))
  if (entries.length === 0) return { element: h('p', { class: 'none' }, 'No lines in this range.'), isEmpty: true }
  return { element: createLogList(entries, actions).element }
}

export function drawMetrics(
  answer: Answer,
  range: TimeRange,
  stepMs: number,
  width: number,
  actions: ResultActions,
): Drawn {
  const frames = framesOf(answer, { refId: 'A' })
  if (frames.length === 0) return { element: h('p', { class: 'none' }, 'No series in this range.'), isEmpty: true }
  const graph: Panel = {
    type: 'timeseries',
    options: { legend: { displayMode: 'hidden' }, tooltip: { mode: 'multi', sort: 'desc' } },
    fieldConfig: { defaults: { custom: { fillOpacity: 8, axisSoftMin: 0 } }, overrides: LEVELS.map(levelColour) },
  }
  const drawn = drawTimeSeries(contextOf(graph, frames, range, stepMs, { width, height: 280 }, actions))
  const table: Panel = { type: 'table', title: 'Last values', fieldConfig: { defaults: {} } }
  const last = transform(frames.map(lastRow), [{ id: 'labelsToFields' }, { id: 'merge' }]).frames
  const rows = drawTable(contextOf(table, last, range, stepMs, { width, height: 0 }, actions))
  return {
    element: h('div', { class: 'metrics' }, h('div', { class: 'metric-graph' }, drawn.element), rows.element),
    ...(drawn.destroy ? { destroy: drawn.destroy } : {}),
  }
}

function lastRow(frame: Frame): Frame {
  return { ...frame, fields: frame.fields.map((field) => ({ ...field, values: field.values.slice(-1) })) }
}

export function statsText({ bytes, lines, seconds }: Stats, what: string): string {
  return `${what} · ${formatValue(lines, 'short')} lines and ${formatValue(bytes, 'bytes')} read in ${formatValue(seconds, 's')}`
}

function contextOf(
  panel: Panel,
  frames: readonly Frame[],
  range: TimeRange,
  stepMs: number,
  room: { width: number; height: number },
  actions: ResultActions,
): PanelContext {
  return {
    panel,
    frames: configureFrames(frames, panel),
    range,
    stepMs,
    ...room,
    annotations: [],
    memory: new Map(),
    zoom: actions.zoom,
    links: () => [],
    text: (text) => text,
    traceUrl: actions.traceUrl,
  }
}
