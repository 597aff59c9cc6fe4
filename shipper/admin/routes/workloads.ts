/** Workloads: services that rules are for, and what holds for each. */
import { ok, operation } from '../operation.ts'
import { API_PREFIX } from './prefix.ts'

export const workloads = [
  operation({
    id: 'listWorkloads',
    method: 'GET',
    path: `${API_PREFIX}/workloads`,
    tag: 'workloads',
    summary: 'Services that rules name, or that had an event of late',
    answer: { status: 200, description: 'Each with how many rules are in force for it.', schema: 'WorkloadList' },
    refuses: [],
    run(_, { rulebook, events }) {
      const named = rulebook.list().flatMap(({ workload }) => workload ?? [])
      const seen = events.find({ limit: SEEN_EVENTS }).events.map(({ metadata }) => metadata.workload)
      const all = [...new Set([...named, ...seen])].sort()
      return ok({ workloads: all.map((workload) => ({ workload, rules: inForce(rulebook.effective(workload)) })) })
    },
  }),
  operation({
    id: 'listEffectiveRules',
    method: 'GET',
    path: `${API_PREFIX}/workloads/{workload}/rules`,
    tag: 'workloads',
    summary: 'The effective set: global rules, overridden by the workload’s, and its own',
    answer: { status: 200, description: 'Rules that hold for the workload.', schema: 'EffectiveRuleList' },
    refuses: [],
    run: ({ path }, { rulebook }) => ok({ rules: rulebook.effective(path.get('workload')!) }),
  }),
]

/** Workloads of older events are not looked for. */
const SEEN_EVENTS = 1000

function inForce(rules: readonly { readonly enabled: boolean; readonly error?: string }[]): number {
  return rules.filter(({ enabled, error }) => enabled && error === undefined).length
}
