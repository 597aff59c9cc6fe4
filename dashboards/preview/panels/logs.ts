/** Logs panels: the list of lines, newest first unless the panel wants it otherwise. */
import { createLogList } from '../logs/list.ts'
import type { Entry } from '../loki/client.ts'
import type { Frame, Labels } from '../model/frame.ts'
import { h } from '../page/dom.ts'
import type { Drawn, PanelContext } from './panel.ts'

export function drawLogs({ frames, panel, traceUrl, filter }: PanelContext): Drawn {
  const entries = frames.filter(({ isLogs }) => isLogs === true).flatMap(entriesOf)
  if (entries.length === 0) return { element: h('div'), isEmpty: true }
  const { wrapLogMessage = true, showTime = true } = panel.options ?? {}
  return {
    element: createLogList(entries, {
      isWrapped: wrapLogMessage,
      hasTime: showTime,
      traceUrl,
      ...(filter === undefined ? {} : { filter }),
    }).element,
  }
}

function entriesOf({ fields }: Frame): Entry[] {
  const column = (name: string) => fields.find((field) => field.name === name)?.values ?? []
  const [labels, lines, times] = [column('labels'), column('Line'), column('tsNs')]
  return lines.map((line, row) => ({ time: String(times[row]), line: String(line), labels: labels[row] as Labels }))
}
