/** Loki's answers → frames, as Grafana's Loki data source makes them. */
import type { Target } from '../model/dashboard.ts'
import { type Frame, legendText } from '../model/frame.ts'
import { type Answer, byTime } from './client.ts'

export function framesOf(answer: Answer, target: Target): Frame[] {
  const refId = target.refId ?? 'A'
  if (answer.type === 'streams') return [logsFrame(answer, refId, target.direction === 'forward')]
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
