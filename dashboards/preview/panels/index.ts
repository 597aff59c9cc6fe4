/** Panel types that the page draws. One more is one file and one line here. */
import { drawBarGauge } from './bargauge.ts'
import { drawHeatmap } from './heatmap.ts'
import { drawLogs } from './logs.ts'
import type { DrawPanel } from './panel.ts'
import { drawPie } from './pie.ts'
import { drawStat } from './stat.ts'
import { drawStateTimeline } from './statetimeline.ts'
import { drawTable } from './table.ts'
import { drawText } from './text.ts'
import { drawTimeSeries } from './timeseries.ts'

export const panels: ReadonlyMap<string, DrawPanel> = new Map<string, DrawPanel>([
  ['timeseries', drawTimeSeries],
  ['graph', drawTimeSeries],
  ['stat', drawStat],
  ['gauge', drawBarGauge],
  ['bargauge', drawBarGauge],
  ['table', drawTable],
  ['logs', drawLogs],
  ['piechart', drawPie],
  ['heatmap', drawHeatmap],
  ['state-timeline', drawStateTimeline],
  ['status-history', drawStateTimeline],
  ['text', drawText],
])
