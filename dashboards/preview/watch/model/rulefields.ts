/** The form of a rule: definitions.rule of schema/longship.schema.json, for people. */
import { SEVERITIES } from '../../../../shipper/events/event.ts'
import { STREAMS } from '../../../../shipper/scan/rule.ts'
import { checkDuration, checkName, draftOf, type Field, isEmpty, required, type Values, valuesOf } from './fields.ts'
import type { RuleView } from './shapes.ts'

export const RULE_FIELDS: readonly Field[] = [
  {
    path: 'name',
    label: 'Name',
    control: 'text',
    fallback: '',
    help: 'What people call it. Its events carry it.',
    check: checkName,
  },
  {
    path: 'pattern',
    label: 'Pattern',
    control: 'code',
    fallback: '',
    help: 'Regular expression (RE2), found anywhere. Groups are kept: (?P<code>\\d+) by its name, (\\d+) as $1. (?i) in front: upper and lower case alike.',
    check: (value) =>
      value === ''
        ? 'The pattern is missing.'
        : String(value).length > 4096
          ? `At most 4096 characters; these are ${String(value).length}.`
          : undefined,
  },
  {
    path: 'severity',
    label: 'Severity',
    control: 'choice',
    options: SEVERITIES,
    fallback: 'warn',
    help: 'How loud its events are. Triggers choose by it.',
  },
  {
    path: 'cooldown',
    label: 'Cooldown',
    control: 'text',
    fallback: '1m',
    help: 'After a hit it is silent for so long, for each workload and container: 30s, 5m. 0: never silent.',
    check: (value) => (isEmpty(value) ? 'A number with its unit, or 0.' : checkDuration(value, { mayBeZero: true })),
  },
  {
    path: 'on',
    label: 'Match on',
    control: 'text',
    suggest: 'on',
    fallback: 'message',
    help: 'message (with its stack), line (the whole text as it was read), or the name of a field.',
    check: required('What to match on'),
  },
  {
    path: 'streams',
    label: 'Streams',
    control: 'choice',
    options: STREAMS,
    fallback: 'both',
    help: 'Of containers. Lines of no known stream count as stdout.',
  },
  {
    path: 'workload',
    label: 'Workload',
    control: 'text',
    suggest: 'workloads',
    placeholder: 'all of them',
    fallback: '',
    help: 'The service it is for. Empty: a global rule, for all of them.',
    check: (value, values) =>
      isEmpty(value) && !isEmpty(values.get('overrides') ?? '') ? 'An override says in which workload.' : undefined,
  },
  {
    path: 'overrides',
    label: 'Stands for',
    control: 'text',
    suggest: 'globals',
    placeholder: 'no other rule',
    fallback: '',
    help: 'Id of a global rule that this one replaces in its workload. Switched off, it switches that rule off there.',
  },
  { path: 'enabled', label: 'On', control: 'switch', fallback: true, help: 'Off: kept, but looks at nothing.' },
  {
    path: 'description',
    label: 'Description',
    control: 'area',
    fallback: '',
    help: 'For whoever is woken by it: what it means, what to do.',
  },
]

/** Of a global rule, for one workload: the same, to be changed there; or off there. */
export function overrideValues(rule: RuleView, workload: string, isOff: boolean): Values {
  const suffix = isOff ? ' (off)' : ''
  const name = `${rule.name}${workload === '' ? '' : ` in ${workload}`}`.slice(0, 128 - suffix.length) + suffix
  const own = isOff ? { enabled: false } : {}
  return valuesOf(RULE_FIELDS, { ...rule, description: undefined, name, workload, overrides: rule.id, ...own })
}

/** What to send to switch a global rule off in a workload. */
export function switchOffDraft(rule: RuleView, workload: string): Record<string, unknown> {
  return draftOf(RULE_FIELDS, overrideValues(rule, workload, true))
}

/** Rules that stand for it: they are deleted with it. */
export function overridesOf(rules: readonly RuleView[], id: string): RuleView[] {
  return rules.filter(({ overrides }) => overrides === id)
}

/** How a rule stands in a workload that it does not work in, though it is for it or for all. */
export type Absence = 'replaced here' | 'off here' | 'off' | 'out of use'

export interface ShownRule extends RuleView {
  readonly absence?: Absence
}

/** A workload's effective set, and behind it what is not in force there: replaced, switched off, or broken. */
export function workloadSet(
  rules: readonly RuleView[],
  effective: readonly RuleView[],
  workload: string,
): readonly ShownRule[] {
  const works = ({ enabled, error }: RuleView) => enabled && error === undefined
  const working = new Map(effective.filter(works).map((rule) => [rule.id, rule]))
  const known = [...new Map([...rules, ...effective].map((rule) => [rule.id, rule])).values()]
  const ofWorkload = known.filter((rule) => rule.workload === undefined || rule.workload === workload)
  const replacing = new Map(
    ofWorkload.flatMap((rule) => (rule.workload !== undefined && rule.overrides ? [[rule.overrides, rule]] : [])),
  )
  const absenceOf = (rule: RuleView): Absence => {
    const other = replacing.get(rule.id)
    if (rule.error !== undefined) return 'out of use'
    if (other !== undefined) return other.enabled ? 'replaced here' : 'off here'
    return rule.overrides === undefined ? 'off' : 'off here'
  }
  const absent = ofWorkload.filter(({ id }) => !working.has(id))
  return [...working.values(), ...absent.map((rule) => ({ ...rule, absence: absenceOf(rule) }))]
}
