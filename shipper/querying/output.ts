/** Results in the form that --output names: for people (table), for programs (jsonl), or the lines alone (raw). */
import type { Entry, Labels, Series } from './answer.ts'
import { timeTexts } from './clock-text.ts'
import { entryLines } from './entry-lines.ts'
import type { Screen } from './screen.ts'
import { labelsText, matrixLines, timeLines, vectorLines } from './series-table.ts'
import { nanosText, timeText } from './times.ts'
import { escapeCommands, escapeControls, escapeInJson } from './width.ts'

export const OUTPUTS = ['table', 'raw', 'jsonl'] as const
export type OutputForm = (typeof OUTPUTS)[number]

export interface FormOptions {
  readonly isUtc: boolean
  /** Metric results as a row a point in time. */
  readonly hasTimes: boolean
}

export interface Output {
  /** Log entries; `isAll`: no others follow. */
  entries(entries: readonly Entry[], isAll: boolean): void
  series(kind: 'matrix' | 'vector' | 'scalar', series: readonly Series[]): void
}

export function openOutput(form: OutputForm, screen: Screen, options: FormOptions): Output {
  return FORMS[form](screen, options)
}

const FORMS: Readonly<Record<OutputForm, (screen: Screen, options: FormOptions) => Output>> = {
  table: tableOutput,
  raw: rawOutput,
  jsonl: jsonOutput,
}

function tableOutput(screen: Screen, { isUtc, hasTimes }: FormOptions): Output {
  const times = timeTexts(isUtc)
  const lines = entryLines(screen, times)
  let isFirst = true
  return {
    entries(entries, isAll) {
      const isWhole = isFirst && isAll
      let isTold = false
      for (const line of lines.lines(entries, isWhole)) {
        if (!isTold && isWhole && lines.common !== '') screen.note(screen.colours.dim(`all have {${lines.common}}`))
        isTold = true
        screen.line(line)
      }
      isFirst = false
    },
    series(kind, series) {
      const write =
        kind === 'matrix' ? (hasTimes ? timeLines : matrixLines)(series, screen, times) : vectorLines(series, screen)
      for (const line of write) screen.line(line)
    },
  }
}

/** Lines exactly as they are; on a terminal without what the terminal would take for a command. */
function rawOutput(screen: Screen): Output {
  const show = screen.isTerminal ? escapeCommands : (text: string) => text
  return {
    entries(entries) {
      for (const { line } of entries)
        screen.line(line.includes('\n') ? line.split('\n').map(show).join('\n') : show(line))
    },
    series(kind, series) {
      for (const { labels, samples } of series) {
        const name = escapeControls(labelsText(labels))
        for (const { time, value } of samples) {
          const at = kind === 'matrix' ? `${timeText(BigInt(time) * 1_000_000n)} ` : ''
          screen.line(`${at}${name} ${exactText(value)}`)
        }
      }
    },
  }
}

function jsonOutput(screen: Screen): Output {
  const show = screen.isTerminal ? escapeInJson : (json: string) => json
  let last: Labels | undefined
  let lastJson = ''
  const labelsOf = (labels: Labels) => {
    if (labels !== last) lastJson = labelsJson(labels)
    last = labels
    return lastJson
  }
  return {
    entries(entries) {
      for (const { time, labels, line } of entries) {
        const text = `{"timestamp":"${nanosText(time)}","labels":${labelsOf(labels)},"line":${JSON.stringify(line)}}`
        screen.line(show(text))
      }
    },
    series(_kind, series) {
      for (const { labels, samples } of series) {
        const names = labelsOf(labels)
        for (const { time, value } of samples) {
          const number = Number.isFinite(value) ? String(value) : JSON.stringify(exactText(value))
          const text = `{"timestamp":"${nanosText(BigInt(time) * 1_000_000n)}","labels":${names},"value":${number}}`
          screen.line(show(text))
        }
      }
    },
  }
}

function labelsJson(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

function exactText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
