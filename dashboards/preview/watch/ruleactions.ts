/** What can be done with rules: the forms that open, what is asked before something goes, what is said after. */
import { h } from '../page/dom.ts'
import { setParams } from '../page/route.ts'
import { ask, part } from './api.ts'
import { confirmDialog } from './dialog.ts'
import { logText } from './logtext.ts'
import { type Values, valuesOf } from './model/fields.ts'
import { overridesOf, overrideValues, RULE_FIELDS, switchOffDraft } from './model/rulefields.ts'
import type { RuleView } from './model/shapes.ts'
import type { Notice } from './notice.ts'
import type { RuleFilters } from './rulefilters.ts'
import { openRuleForm } from './ruleform.ts'
import type { RuleActions } from './ruletable.ts'

export interface KnownRules {
  /** All of them, for suggestions and for what goes with a deletion. */
  rules: readonly RuleView[]
  workloads: readonly string[]
}

export interface RuleRoom {
  readonly known: KnownRules
  readonly notice: Notice
  readonly filters: RuleFilters
  /** Shows the rules as they are now. */
  load(): Promise<void>
  /** Aborted when the view is left. */
  readonly signal: AbortSignal
}

type OpenForm = (title: string, values: Values, rule?: RuleView, line?: string) => void

export interface RuleViewActions extends RuleActions {
  readonly openForm: OpenForm
  edit(rule: RuleView, line?: string): void
}

/** What the address can put into the form of a new rule. */
const DRAFT = ['name', 'pattern', 'severity', 'on', 'workload', 'overrides'] as const
const NO_FORM = Object.fromEntries([...DRAFT, 'new', 'edit', 'line'].map((each) => [each, undefined]))

export function createRuleActions(room: RuleRoom): RuleViewActions {
  const { known, notice, filters, load, signal } = room
  const after = (text: string) => {
    notice.say(text)
    void load()
  }
  const openForm: OpenForm = (title, values, rule, line = '') =>
    openRuleForm({
      ...{ title, values, rule, line, rules: known.rules, workloads: known.workloads },
      saved: ({ name, error }) => after(`${name} is saved${error === undefined ? '' : `, but out of use: ${error}`}.`),
      closed: () => {
        // The address of another view is not ours to change.
        if (!signal.aborted) setParams(NO_FORM, false)
      },
    })
  return {
    get workload() {
      return filters.workload()
    },
    openForm,
    edit(rule, line) {
      setParams({ edit: rule.id }, false)
      openForm(rule.name, valuesOf(RULE_FIELDS, rule), rule, line)
    },
    duplicate: (rule) =>
      openForm('New rule', valuesOf(RULE_FIELDS, { ...rule, name: `${rule.name} (copy)`.slice(0, 128) })),
    override: (rule) => openForm(`Override ${rule.name}`, overrideValues(rule, filters.workload() ?? '', false)),
    switchOff(rule) {
      const workload = filters.workload()
      if (workload === undefined) return openForm(`Switch off ${rule.name}`, overrideValues(rule, '', true))
      ask('POST', '/rules', { body: switchOffDraft(rule, workload) }).then(
        () => after(`${rule.name} is off in ${workload}.`),
        (error) => notice.fail(error),
      )
    },
    async enable(rule, isOn) {
      try {
        await ask('PATCH', `/rules/${part(rule.id)}`, { body: { enabled: isOn } })
        after(`${rule.name} is ${isOn ? 'on' : 'off'}.`)
      } catch (error) {
        notice.fail(error)
        await load()
      }
    },
    remove: (rule) => confirmRemoval(rule, overridesOf(known.rules, rule.id), after),
  }
}

function confirmRemoval(rule: RuleView, others: readonly RuleView[], after: (text: string) => void): void {
  const action = others.length === 0 ? 'Delete' : `Delete all ${others.length + 1}`
  confirmDialog(`Delete ${rule.name}?`, goneWith(others), action, async () => {
    const { deleted } = await ask<{ deleted: string[] }>('DELETE', `/rules/${part(rule.id)}`)
    const more = deleted.length - 1
    after(`${rule.name} is deleted${more > 0 ? `, and ${more} ${more === 1 ? 'override' : 'overrides'} of it` : ''}.`)
  })
}

function goneWith(others: readonly RuleView[]): HTMLElement[] {
  if (others.length === 0) return [h('p', {}, 'Its events stay in the log.')]
  const item = ({ name, workload }: RuleView) => h('li', {}, logText(name), ' in ', logText(workload ?? ''))
  return [h('p', {}, 'These stand for it in a workload, and go with it:'), h('ul', {}, others.map(item))]
}

/** `?edit=ID`, or `?new` with what is to stand in the form; `line` is the sample to try it on. */
export function openFromAddress(
  params: URLSearchParams,
  known: KnownRules,
  notice: Notice,
  actions: RuleViewActions,
): void {
  const line = params.get('line') ?? ''
  const edit = params.get('edit')
  if (edit !== null) {
    const rule = known.rules.find(({ id }) => id === edit)
    if (rule === undefined) notice.fail(new Error('That rule is not there any more.'))
    else actions.edit(rule, line)
    return
  }
  if (!params.has('new')) return
  const given = Object.fromEntries(DRAFT.flatMap((each) => (params.has(each) ? [[each, params.get(each)]] : [])))
  const global = known.rules.find(({ id }) => id === given['overrides'])
  // What is for one workload alone is changed itself.
  if (global?.workload !== undefined) actions.edit(global, line)
  else if (global === undefined) actions.openForm('New rule', valuesOf(RULE_FIELDS, given), undefined, line)
  else
    actions.openForm(`Override ${global.name}`, overrideValues(global, given['workload'] ?? '', false), undefined, line)
}
