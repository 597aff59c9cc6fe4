/** Alerts → the ruler's files, Grafana's alerting file, runbooks, and the tests of `longship test`. */
import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { Slo } from '../lib/slo.ts'
import { type Alert, runbookName, type Scene } from './alert.ts'
import { alerts } from './alerts/index.ts'
import { recordings, sloRecordings } from './recordings.ts'
import { BURNS, sloAlert } from './sloalerts.ts'

export const HEAD = 'generated from dashboards/; change the source, then run `npm run generate`'
/** Where runbooks are read. A team that publishes them elsewhere changes this line. */
const RUNBOOKS = 'docs/runbooks'
/** What grafana/provisioning/datasources calls Loki. */
const LOKI_UID = 'loki'

export function ruleFiles(slos: readonly Slo[]): Map<string, string> {
  const sets: RuleSet[] = [
    { name: 'longship', evaluation: '1m', groups: [{ name: 'longship', interval: '1m', alerts }] },
    // A file each, so that a test evaluates the rules of its objective only.
    ...slos.map((slo) => ({
      name: `slo-${slo.name}`,
      evaluation: '5m',
      groups: BURNS.map((burn) => ({
        name: `slo-${slo.name}-${runbookName(burn.name)}`,
        interval: burn.interval,
        alerts: sloAlert(slo, burn),
      })).filter(({ alerts }) => alerts.length > 0),
    })),
  ]
  const groups = sets.flatMap((set) => set.groups)
  const all = groups.flatMap(({ alerts }) => alerts)
  const records = [
    { name: 'longship-records', interval: '1m', rules: recordings },
    { name: 'slo-records', interval: '5m', rules: slos.flatMap(sloRecordings) },
  ]
  return new Map([
    ...sets.flatMap(filesOf),
    ['loki/rules/recordings.yaml', yaml({ groups: records })],
    ['grafana/provisioning/alerting/longship.yaml', yaml(grafanaFile(groups))],
    ...all.map((alert): [string, string] => [`${RUNBOOKS}/${runbookName(alert.name)}.md`, runbookText(alert)]),
  ])
}

interface RuleSet {
  readonly name: string
  /** How often tests evaluate it. */
  readonly evaluation: string
  readonly groups: readonly RuleGroup[]
}

interface RuleGroup {
  readonly name: string
  /** How often it is evaluated. */
  readonly interval: string
  readonly alerts: readonly Alert[]
}

/** A rule file of the ruler, and its test. */
function filesOf(set: RuleSet): [string, string][] {
  const groups = set.groups.map(({ name, interval, alerts }) => ({ name, interval, rules: alerts.map(rulerRule) }))
  return [
    [`loki/rules/${set.name}.yaml`, yaml({ groups })],
    [`test/rules/${set.name}.test.yaml`, yaml(testFile(set))],
  ]
}

function yaml(value: unknown): string {
  return `# ${HEAD}\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

/** Grafana takes 40 characters; a longer one ends with what tells it from others that begin alike. */
function uidOf(name: string): string {
  const uid = `longship-${runbookName(name)}`
  if (uid.length <= 40) return uid
  return `${uid.slice(0, 31)}-${createHash('sha256').update(uid).digest('hex').slice(0, 8)}`
}

function rulerRule(alert: Alert) {
  return {
    alert: alert.name,
    expr: alert.expr,
    for: alert.for,
    labels: labels(alert),
    annotations: annotations(alert),
  }
}

function labels({ severity, labels: own }: Alert) {
  return { severity, ...own }
}

function annotations({ name, summary, runbook, dashboard }: Alert) {
  const runbook_url = `${RUNBOOKS}/${runbookName(name)}.md`
  return { summary, description: runbook.means, runbook_url, dashboard: `/d/${dashboard}` }
}

/**
 * The file-provisioning shape; the SDK's alerting builders write that of the HTTP API. A group for each interval of the
 * ruler's: days need not be counted every minute here either.
 */
function grafanaFile(list: readonly RuleGroup[]) {
  const intervals = [...new Set(list.map(({ interval }) => interval))]
  const groups = intervals.map((interval) => ({
    orgId: 1,
    name: `longship-${interval}`,
    folder: 'Longship',
    interval,
    rules: list.filter((group) => group.interval === interval).flatMap(({ alerts }) => alerts.map(grafanaRule)),
  }))
  return { apiVersion: 1, groups }
}

function grafanaRule(alert: Alert) {
  const { summary, ...others } = annotations(alert)
  return {
    uid: uidOf(alert.name),
    title: alert.name,
    condition: 'C',
    for: alert.for,
    // The expression has a series for what is wrong only: none is well.
    noDataState: 'OK',
    execErrState: 'Error',
    labels: labels(alert),
    annotations: { ...others, summary: summary.replaceAll('$value', '$values.B.Value') },
    data: [
      {
        refId: 'A',
        queryType: 'instant',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: LOKI_UID,
        model: { refId: 'A', queryType: 'instant', editorMode: 'code', expr: alert.expr },
      },
      {
        refId: 'B',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        // Takes the one value of each series: Grafana refuses to alert on what it holds for a time series.
        model: { refId: 'B', type: 'reduce', reducer: 'last', expression: 'A' },
      },
      {
        refId: 'C',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        model: { refId: 'C', type: 'math', expression: 'is_number($B)' },
      },
    ],
  }
}

function testFile({ name, evaluation, groups }: RuleSet) {
  return {
    rule_files: [`../../loki/rules/${name}.yaml`],
    evaluation_interval: evaluation,
    tests: groups
      .flatMap(({ alerts }) => alerts)
      .flatMap((alert) => [
        testOf(alert, 'fires', alert.fires, alert.fires.labels),
        testOf(alert, 'is quiet', alert.quiet, []),
      ]),
  }
}

function testOf(
  alert: Alert,
  does: string,
  { says, at, streams }: Scene,
  expected: readonly Readonly<Record<string, string>>[],
) {
  const exp_alerts = expected.map((own) => ({ exp_labels: { ...own, ...labels(alert) } }))
  const { name } = alert
  return {
    name: `${name} ${does}: ${says}`,
    input_streams: streams,
    alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts }],
  }
}

function runbookText({ name, severity, runbook, expr, dashboard }: Alert): string {
  const { means, notIf, steps } = runbook
  const urgency = severity === 'page' ? 'Someone must act now.' : 'To be looked at within days.'
  return `<!-- ${HEAD} -->
# ${name}

**${severity}**: ${urgency} Dashboard: \`/d/${dashboard}\`.

## What it means

${means}

## When it is none

${notIf === '-' ? 'It is always one.' : notIf}

## What to do

${steps.map((step, index) => `${index + 1}. ${step}`).join('\n')}

## The rule

\`\`\`logql
${expr}
\`\`\`
`
}
