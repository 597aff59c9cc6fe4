/** Which rules are shown: a workload's effective set, where they come from, a word in them. The choice is in the address. */
import { debounce, h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import type { RuleView } from './model/shapes.ts'

export interface RuleFilters {
  readonly element: HTMLElement
  /** Whose effective set; undefined: all rules. */
  workload(): string | undefined
  keep<T extends RuleView>(rules: readonly T[]): T[]
  /** There are these workloads to choose from. */
  show(workloads: readonly string[]): void
}

const ORIGINS = [
  ['', 'from anywhere'],
  ['api', 'made here'],
  ['config', 'of the configuration'],
  ['folder', 'of the folder'],
] as const

export function createRuleFilters(changed: () => void): RuleFilters {
  const param = (name: string) => here().params.get(name) ?? ''
  const set = (name: string, value: string) => {
    setParams({ [name]: value === '' ? undefined : value })
    changed()
  }
  const workload = h('select', { 'aria-label': 'Workload', onchange: () => set('effective', workload.value) })
  const origin = h(
    'select',
    { 'aria-label': 'Where rules come from', onchange: () => set('origin', origin.value) },
    ORIGINS.map(([value, title]) => h('option', { value, selected: value === param('origin') }, title)),
  )
  const search = h('input', {
    type: 'search',
    'aria-label': 'Search rules',
    placeholder: 'Search',
    value: param('q'),
    oninput: debounce(250, () => set('q', search.value.trim())),
  })
  const show = (workloads: readonly string[]) => {
    const chosen = param('effective')
    const known = [...new Set([...workloads, chosen])].filter((each) => each !== '').sort()
    const option = (value: string, title: string) => h('option', { value, selected: value === chosen }, title)
    workload.replaceChildren(option('', 'All rules'), ...known.map((each) => option(each, `In force in ${each}`)))
  }
  show([])
  return {
    element: h('div', { class: 'group view-filters' }, workload, origin, search),
    workload: () => param('effective') || undefined,
    show,
    keep<T extends RuleView>(rules: readonly T[]): T[] {
      const [from, word] = [param('origin'), param('q').toLowerCase()]
      const texts = ({ name, pattern, workload: of = '', description = '' }: RuleView) => [
        name,
        pattern,
        of,
        description,
      ]
      return rules
        .filter((rule) => from === '' || rule.origin === from)
        .filter((rule) => word === '' || texts(rule).some((text) => text.toLowerCase().includes(word)))
    },
  }
}
