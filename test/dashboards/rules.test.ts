/** Values of main panels, and the generated rules: every alert is seen to fire and to stay quiet, and has its runbook. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { globSync } from 'tinyglobby'
import { parse } from 'yaml'
import { isTestPassed } from '../../loki/testing/outcome.ts'
import { reportFile } from '../../loki/testing/report.ts'
import { runTestFile } from './runfile.ts'

interface RuleFile {
  readonly groups: readonly { readonly interval: string; readonly rules: readonly Rule[] }[]
}
interface Rule {
  readonly alert?: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
  }[]
}

const plain = (text: string) => text
const report = {
  paint: { good: plain, bad: plain, dim: plain, bold: plain },
  columns: 120,
  isTimed: false,
}

for (const file of globSync('test/{rules,dashboards}/*.test.yaml').sort()) {
  test(file, async () => {
    const outcome = await runTestFile(file)
    assert.ok(
      outcome.problems.length === 0 && outcome.tests.length > 0 && outcome.tests.every(isTestPassed),
      reportFile(outcome, report),
    )
  })
}

describe('every alert', () => {
  const rules = globSync('loki/rules/*.yaml').flatMap((file) =>
    read<RuleFile>(file).groups.flatMap((group) => group.rules.filter(({ alert }) => alert !== undefined)),
  )
  const checks = globSync('test/rules/*.test.yaml')
    .flatMap((file) => read<TestFile>(file).tests)
    .flatMap(({ alert_rule_test }) => alert_rule_test)

  test('has one name', () => {
    const names = rules.map(({ alert }) => alert)
    assert.deepEqual(names, [...new Set(names)])
  })

  test('has a test that fires and one that stays quiet', () => {
    const tested = (fires: boolean) =>
      new Set(checks.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname))
    for (const { alert } of rules) {
      assert.ok(tested(true).has(alert!), `${alert} is never seen to fire`)
      assert.ok(tested(false).has(alert!), `${alert} is never seen to stay quiet`)
    }
  })

  test('has severity, summary, and a runbook and a dashboard that exist', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels['severity'] ?? '', /^(?:page|ticket)$/, alert)
      assert.ok(annotations['summary'], alert)
      assert.ok(existsSync(annotations['runbook_url'] ?? ''), alert)
      assert.ok(existsSync(`grafana/dashboards/${annotations['dashboard']?.slice('/d/'.length)}.json`), alert)
    }
  })
})

describe('the alerts that Grafana evaluates', () => {
  const { groups } = read<{ groups: readonly { interval: string; rules: readonly GrafanaRule[] }[] }>(
    'grafana/provisioning/alerting/longship.yaml',
  )
  const rules = groups.flatMap((group) => group.rules)

  test('are those of the ruler, with its queries', () => {
    const ofRuler = globSync('loki/rules/*.yaml')
      .flatMap((file) => read<RuleFile>(file).groups.flatMap((group) => group.rules))
      .filter(({ alert }) => alert !== undefined)
    const pairs = (each: readonly (readonly [string, string])[]) => new Map([...each].sort())
    assert.deepEqual(
      pairs(rules.map(({ title, data }) => [title, data[0]!.model.expr!])),
      pairs(ofRuler.map(({ alert, expr }) => [alert!, expr])),
    )
  })

  test('are asked as often as the ruler asks them', () => {
    const ofRuler = globSync('loki/rules/*.yaml').flatMap((file) =>
      read<RuleFile>(file).groups.flatMap(({ interval, rules }) =>
        rules.flatMap(({ alert }) => (alert === undefined ? [] : [[alert, interval] as const])),
      ),
    )
    const ofGrafana = groups.flatMap((group) => group.rules.map(({ title }) => [title, group.interval] as const))
    assert.deepEqual(new Map([...ofGrafana].sort()), new Map([...ofRuler].sort()))
  })

  test('have uids that Grafana takes, each its own', () => {
    const uids = rules.map(({ uid }) => uid)
    assert.deepEqual(uids, [...new Set(uids)])
    for (const uid of uids) assert.match(uid, /^[a-z0-9-]{1,40}$/)
  })

  test('reduce the answer to numbers before they judge it', () => {
    for (const { condition, data } of rules) {
      assert.deepEqual(
        data.map(({ refId, model }) => [refId, model.type ?? 'query', model.expression]),
        [
          ['A', 'query', undefined],
          ['B', 'reduce', 'A'],
          ['C', 'math', 'is_number($B)'],
        ],
      )
      assert.equal(condition, 'C')
    }
  })
})

interface GrafanaRule {
  readonly uid: string
  readonly title: string
  readonly condition: string
  readonly data: readonly {
    readonly refId: string
    readonly model: { readonly expr?: string; readonly type?: string; readonly expression?: string }
  }[]
}

function read<T>(file: string): T {
  return parse(readFileSync(file, 'utf8')) as T
}
