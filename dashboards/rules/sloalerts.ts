/** Burn-rate alerts of each SLO: two windows each, the long one to be sure, the short one to be over soon when it is over. */
import { allowed, errorRatioOfRules, type Slo } from '../lib/slo.ts'
import type { Alert, SceneStream } from './alert.ts'

interface Burn {
  readonly name: string
  readonly severity: Alert['severity']
  readonly short: string
  readonly long: string
  /** How many times faster than allowed. */
  readonly rate: number
  readonly for: string
  /** How often a ruler asks: a window of days need not be counted every minute. */
  readonly interval: string
  /** When its scenes end: well after `for`. */
  readonly sceneMinutes: number
}

/** Google's SRE workbook, chapter 5: 2 % of a month's budget in an hour, 5 % in six, 10 % in three days. */
export const BURNS: readonly Burn[] = [
  {
    ...{ name: 'FastBurn', severity: 'page', short: '5m', long: '1h', rate: 14.4 },
    ...{ for: '2m', interval: '1m', sceneMinutes: 20 },
  },
  {
    ...{ name: 'SlowBurn', severity: 'page', short: '30m', long: '6h', rate: 6 },
    ...{ for: '15m', interval: '5m', sceneMinutes: 40 },
  },
  {
    ...{ name: 'BudgetBurn', severity: 'ticket', short: '6h', long: '3d', rate: 1 },
    ...{ for: '1h', interval: '15m', sceneMinutes: 90 },
  },
]

/** Events of a scene: enough for the share of bad ones to be right in the short window as well. */
const EVENTS = 400

/** None where even failing always does not burn that fast: the objective is too low for such an alert. */
export function sloAlert(slo: Slo, burn: Burn): Alert[] {
  const { name, severity, short, long, rate, sceneMinutes } = burn
  const share = rate * allowed(slo)
  if (share >= 1) return []
  const over = (window: string) => `${errorRatioOfRules(slo, window)} / ${allowed(slo)} > ${rate}`
  const scene = { at: `${sceneMinutes}m`, labels: [{}] }
  return [
    {
      name: `${camel(slo.name)}${name}`,
      severity,
      labels: { slo: slo.name, service: slo.service },
      expr: `${over(long)} and ${over(short)}`,
      for: burn.for,
      summary: `${slo.name} spends its error budget {{ $value | humanize }} times faster than allowed`,
      dashboard: 'longship-slo',
      runbook: {
        means: `${slo.description} Over ${long} and over ${short} the error budget is spent more than ${rate} times faster than the objective (${Number((slo.objective * 100).toFixed(6))} %) allows.`,
        notIf: 'Few events: one bad one of ten is a burn, though nobody minds.',
        steps: [
          `“Longship: SLOs”, row ${slo.name}: since when, and in which windows.`,
          `“Longship: Service health” for ${slo.service}: what fails or is slow.`,
          'A deployment at that time: roll it back first, look for the cause after.',
        ],
      },
      fires: {
        says: 'one and a half times the bad events that the rate is made of',
        ...scene,
        streams: events(slo, burn, Math.min(1, share * 1.5)),
      },
      quiet: { says: 'half the bad events that the rate is made of', ...scene, streams: events(slo, burn, share / 2) },
    },
  ]
}

/** Good and bad events, each spread evenly over the scene. */
function events({ service, examples }: Slo, { sceneMinutes }: Burn, badShare: number): SceneStream[] {
  const bad = Math.round(EVENTS * badShare)
  const stream = { service, node: 'test', level: 'info' }
  const spread = (structured_metadata: Readonly<Record<string, string>>, line: string, count: number) =>
    count === 0
      ? []
      : [
          {
            stream,
            structured_metadata,
            lines: [{ line, from: '1s', every: `${Math.floor((sceneMinutes * 60_000) / count)}ms`, count }],
          },
        ]
  return [...spread(examples.good, 'good {{ .i }}', EVENTS - bad), ...spread(examples.bad, 'bad {{ .i }}', bad)]
}

function camel(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
