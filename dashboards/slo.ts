/** 9: objectives, what is left of their error budgets, and how fast it is spent; from slos.yaml. */
import { RANGE } from './lib/logql.ts'
import { SUCCESS_STEPS, stat, steps, timeseries } from './lib/panels.ts'
import { BUDGET_WINDOW, burnRate, errorRatio, type Slo } from './lib/slo.ts'
import type { Dashboard, Row } from './lib/spec.ts'

const ENV = 'env=~"$env", '
/** The windows of the alerts: BURNS of rules/sloalerts.ts. */
const WINDOWS = ['5m', '1h', '6h', '3d'] as const
const NO_EVENTS = 'No events of this objective'

export const sloDashboard = (slos: readonly Slo[]): Dashboard => ({
  uid: 'longship-slo',
  title: 'Longship: SLOs',
  description: 'Objectives of dashboards/slos.yaml: error budgets and burn rates.',
  from: 'now-6h',
  rows: slos.map(rowOf),
})

function rowOf(slo: Slo): Row {
  const percent = `${Number((slo.objective * 100).toFixed(6))} %`
  return {
    title: `${slo.name}: ${percent}`,
    panels: [
      stat({
        title: `${slo.name}: attained`,
        description: `${slo.description} The part of events in the range that was good; the objective is ${percent}.`,
        unit: 'ratio',
        thresholds: attainedSteps(slo),
        queries: [{ expr: `1 - ${errorRatio(slo, RANGE, ENV)}` }],
        width: 5,
        height: 8,
        options: { decimals: 2, max: 1 },
        empty: NO_EVENTS,
      }),
      stat({
        title: `${slo.name}: budget left`,
        description: `Of the errors that ${BUDGET_WINDOW} may have, the part that is not spent. Below 0 the objective is missed.`,
        unit: 'ratio',
        thresholds: steps(0.5, 0.1),
        queries: [{ expr: `1 - ${burnRate(slo, BUDGET_WINDOW, ENV)}` }],
        width: 5,
        height: 8,
        options: { decimals: 1 },
        empty: NO_EVENTS,
      }),
      timeseries({
        title: `${slo.name}: burn rate`,
        description:
          'How many times faster than allowed the budget is spent, by window. 14.4 over an hour pages: it spends 2 % of a month’s budget.',
        thresholds: steps(1, 14.4),
        queries: WINDOWS.map((window) => ({ expr: burnRate(slo, window, ENV), legend: window })),
        width: 14,
        empty: NO_EVENTS,
      }),
    ],
  }
}

function attainedSteps({ objective }: Slo) {
  return objective > SUCCESS_STEPS[1]!.from!
    ? steps(objective, 1 - (1 - objective) * 2)
    : steps(objective, objective * 0.9)
}
