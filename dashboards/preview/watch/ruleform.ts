/** Makes a rule or changes one: its fields at the left, what it does with a line at the right. */
import { h } from '../page/dom.ts'
import { ApiError, ask, part } from './api.ts'
import { openDialog } from './dialog.ts'
import { createForm, type Form, keepFocus } from './form.ts'
import { draftOf, patchOf, type Values } from './model/fields.ts'
import { faultsByField } from './model/problems.ts'
import { RULE_FIELDS } from './model/rulefields.ts'
import type { RuleView } from './model/shapes.ts'
import { createTester } from './tester.ts'

export interface RuleFormOptions {
  readonly title: string
  readonly values: Values
  /** The rule that is changed; undefined: a new one. */
  readonly rule: RuleView | undefined
  readonly rules: readonly RuleView[]
  readonly workloads: readonly string[]
  /** For the test. */
  readonly line: string
  saved(rule: RuleView): void
  closed(): void
}

const FIELDS_OF_RECORDS = ['message', 'line', 'event', 'level', 'error', 'error_type', 'error_code', 'stack', 'logger']
const PATHS = RULE_FIELDS.map(({ path }) => path)

export function openRuleForm(options: RuleFormOptions): void {
  const { rule, values } = options
  const isReadonly = rule !== undefined && rule.origin !== 'api'
  const form = createForm({
    sections: [{ title: '', fields: RULE_FIELDS }],
    values,
    isReadonly,
    suggestions: new Map([
      ['on', FIELDS_OF_RECORDS],
      ['workloads', options.workloads],
      ['globals', options.rules.filter(({ workload }) => workload === undefined).map(({ id }) => id)],
    ]),
    changed: () => tester.changed(),
  })
  /** Fields that the test found fault with. */
  let tried: readonly string[] = []
  const tester = createTester({
    line: options.line,
    rule: () => testable(form),
    problem: (problem) => {
      const byField = problem === undefined ? new Map<string, string>() : faultsByField(problem, PATHS).byField
      for (const path of new Set([...tried, ...byField.keys()])) form.fault(path, byField.get(path) ?? '')
      tried = [...byField.keys()]
    },
  })
  const faults = h('p', { class: 'error', role: 'alert' })
  const save = h('button', { type: 'submit', class: 'primary' }, rule === undefined ? 'Create' : 'Save')
  const submit = async (event: Event) => {
    event.preventDefault()
    faults.textContent = ''
    if (isReadonly || !form.check()) return
    save.disabled = true
    try {
      const saved = await send(rule, values, form)
      isSaved = true
      dialog.close()
      options.saved(saved)
    } catch (error) {
      faults.textContent = showFaults(error, form)
    }
    save.disabled = false
    keepFocus(save)
  }
  let isSaved = false
  const body = h(
    'form',
    { class: 'two-sides', novalidate: true, onsubmit: (event: Event) => void submit(event) },
    h('div', {}, notes(rule), form.element, isReadonly ? null : h('div', { class: 'form-end' }, faults, save)),
    tester.element,
  )
  const dialog = openDialog(options.title, body, {
    isWide: true,
    isDirty: () => !isSaved && !isReadonly && form.isDirty(),
    closed() {
      tester.stop()
      options.closed()
    },
  })
}

function send(rule: RuleView | undefined, values: Values, form: Form): Promise<RuleView> {
  if (rule === undefined) return ask<RuleView>('POST', '/rules', { body: draftOf(RULE_FIELDS, form.values()) })
  const body = patchOf({ fields: RULE_FIELDS, values }, { fields: RULE_FIELDS, values: form.values() })
  return ask<RuleView>('PATCH', `/rules/${part(rule.id)}`, { body })
}

/** Beside their fields; what belongs to none is returned. */
function showFaults(error: unknown, form: Form): string {
  if (!(error instanceof ApiError)) return (error as Error).message
  const { byField, rest } = faultsByField(error.problem, PATHS)
  for (const [path, message] of byField) form.fault(path, message)
  const first = PATHS.find((path) => byField.has(path))
  if (first !== undefined) form.focus(first)
  return byField.size === 0 && rest.length === 0 ? error.message : rest.join('; ')
}

/** A rule without a name can be tried. Off or not: whoever types a line wants to know what the pattern does. */
function testable(form: Form): Record<string, unknown> | undefined {
  const values = new Map(form.values())
  if (values.get('pattern') === '') return undefined
  const overrides = String(values.get('overrides')).trim()
  const workload = String(values.get('workload')).trim()
  const fixed = new Map(values).set('enabled', true)
  // An override that names no workload yet is refused; its pattern can be tried all the same.
  if (overrides !== '' && workload === '') fixed.set('overrides', '')
  return draftOf(RULE_FIELDS, fixed)
}

function notes(rule: RuleView | undefined): HTMLElement[] {
  if (rule === undefined) return []
  const where = rule.origin === 'config' ? 'the configuration' : 'the folder of rules'
  return [
    ...(rule.origin === 'api'
      ? []
      : [
          h(
            'p',
            { class: 'notice' },
            `This rule stands in ${where}`,
            rule.file === undefined ? '' : h('code', {}, ` ${rule.file}`),
            ' and is changed there. Here it can be tried, and overridden for a workload.',
          ),
        ]),
    ...(rule.error === undefined ? [] : [h('p', { class: 'error' }, `It is out of use: ${rule.error}`)]),
  ]
}
