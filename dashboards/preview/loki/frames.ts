/** Loki's answers → frames, as Grafana's Loki data source makes them. */
import type { Target } from '../model/dashboard.ts'
import { type Field, type Frame, legendText } from '../model/frame.ts'
import { type Answer, byTime, type Series } from './client.ts'

export function framesOf(answer: Answer, target: Target, isInstant = false): Frame[] {
  const refId = target.refId ?? 'A'
  if (answer.type === 'streams') return [logsFrame(answer, refId, target.direction === 'forward')]
  if (isInstant) return answer.series.length === 0 ? [] : [tableFrame(answer.series, refId)]
  return answer.series.map(({ labels, times, values }) => {
    const format = target.legendFormat
    const legend = format === undefined || format === '' || format === '__auto' ? undefined : legendText(format, labels)
    const name = legend || autoLegend(labels)
    return {
      refId,
      name,
      fields: [
        { name: 'Time', type: 'time', values: times },
        { name: 'Value', type: 'number', values, labels, legend: name },
      ],
    }
  })
}

/** An instant query's series as rows: a column a label, in their order, and the value's, which is not called by a legend. */
function tableFrame(series: readonly Series[], refId: string): Frame {
  const names = [...new Set(series.flatMap(({ labels }) => [...labels.keys()]))].sort()
  const each = <T>(read: (one: Series, at: number) => T) =>
    series.flatMap((one) => one.values.map((_, at) => read(one, at)))
  const column = (name: string): Field => ({
    name,
    type: 'string',
    values: each(({ labels }) => labels.get(name) ?? ''),
  })
  return {
    refId,
    fields: [
      { name: 'Time', type: 'time', values: each(({ times }, at) => times[at]) },
      ...names.map(column),
      { name: `Value #${refId}`, type: 'number', values: each(({ values }, at) => values[at]) },
    ],
  }
}

/** A single label's value says enough. */
function autoLegend(labels: ReadonlyMap<string, string>): string {
  if (labels.size === 0) return 'Value'
  return labels.size === 1 ? [...labels.values()][0] : [...labels].map(([name, value]) => `${name}=${value}`).join(', ')
}

function logsFrame(answer: Extract<Answer, { type: 'streams' }>, refId: string, isForward: boolean): Frame {
  const entries = [...answer.entries].sort((a, b) => (isForward ? byTime(a, b) : byTime(b, a)))
  return {
    refId,
    isLogs: true,
    fields: [
      { name: 'labels', type: 'other', values: entries.map(({ labels }) => labels) },
      { name: 'Time', type: 'time', values: entries.map(({ time }) => Number(time.slice(0, -6))) },
      { name: 'Line', type: 'string', values: entries.map(({ line }) => line) },
      { name: 'tsNs', type: 'string', values: entries.map(({ time }) => time) },
    ],
  }
}
