/** Panel builders: what most panels of a kind have in common, with what differs as arguments. */
import type { Panel, PanelKind, PanelOptions, Query, Step } from './spec.ts'
import type { Unit } from './units.ts'

export interface PanelInput {
  readonly title: string
  readonly description: string
  readonly unit?: Unit
  readonly queries: readonly Query[]
  readonly thresholds?: readonly Step[]
  readonly empty: string
  readonly width?: number
  readonly height?: number
  readonly options?: PanelOptions
}

/** Green, orange from `warn`, red from `bad`; the other way round where `warn` is above `bad`. */
export function steps(warn: number, bad: number): Step[] {
  if (warn <= bad) {
    return [
      { from: null, color: 'green' },
      { from: warn, color: 'orange' },
      { from: bad, color: 'red' },
    ]
  }
  return [
    { from: null, color: 'red' },
    { from: bad, color: 'orange' },
    { from: warn, color: 'green' },
  ]
}

/** Nothing here is good or bad by its size. */
export const NEUTRAL: readonly Step[] = [{ from: null, color: 'blue' }]
/** One is one too many. */
export const NONE_WANTED: readonly Step[] = [
  { from: null, color: 'green' },
  { from: 1, color: 'red' },
]
export const SUCCESS_STEPS = steps(0.99, 0.95)
export const DURATION_STEPS = steps(1000, 5000)

/** Loki's words → the colours that Grafana gives them. */
export const LEVEL_COLORS: Readonly<Record<string, string>> = {
  trace: 'light-blue',
  debug: 'blue',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  critical: 'purple',
  fatal: 'dark-purple',
  unknown: 'text',
}

/** Ids by which one can follow an event: their values link to the trace dashboard. */
export const ID_FIELDS = ['correlation_id', 'trace_id', 'request_id', 'thread_id', 'job_id', 'workspace_id'] as const

/**
 * Of a graph, along its range. Grafana asks for one a pixel: 5 s of an hour, in which most services log nothing, or one line,
 * so that bars are hairs, lines are single points, and ratios jump between 0 and 100 %.
 */
export const POINTS = 120

function panel(kind: PanelKind, width: number, height: number, input: PanelInput): Panel {
  return { unit: 'count', thresholds: NEUTRAL, options: {}, width, height, ...input, kind }
}

export const timeseries = (input: PanelInput) => panel('timeseries', 12, 8, input)
export const heatmap = (input: PanelInput) => panel('heatmap', 12, 8, input)
export const statetimeline = (input: PanelInput) => panel('statetimeline', 24, 8, input)
export const stat = (input: PanelInput) => panel('stat', 4, 4, instant(input))
export const table = (input: PanelInput) => panel('table', 12, 8, instant(input))
/** Longest bar first: Loki sorts an instant query's series by their labels unless it is told. */
export const bargauge = (input: PanelInput) => panel('bargauge', 12, 8, instant(sorted(input)))
export const piechart = (input: PanelInput) => panel('piechart', 8, 8, instant(input))
export const logs = (input: Omit<PanelInput, 'unit'>) => panel('logs', 24, 10, { unit: 'none', ...input })

/** Words for people, in Markdown. */
export function text(title: string, content: string, width = 24, height = 3): Panel {
  const input = { title, description: 'What this dashboard is for.', queries: [], empty: '-', options: { content } }
  return panel('text', width, height, { unit: 'none', ...input })
}

function sorted(input: PanelInput): PanelInput {
  return { ...input, queries: input.queries.map((query) => ({ ...query, expr: `sort_desc(${query.expr})` })) }
}

function instant(input: PanelInput): PanelInput {
  return { ...input, queries: input.queries.map((query) => ({ isInstant: true, ...query })) }
}
