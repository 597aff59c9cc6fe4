/** Rules as rows: what they look for, where, how often they hit; what can be done with each. */
import { h } from '../page/dom.ts'
import { logText } from './logtext.ts'
import type { ShownRule } from './model/rulefields.ts'
import type { RuleStats, RuleView } from './model/shapes.ts'
import { type RowAction, rowActions, tableHead } from './rowmenu.ts'
import { sparkline } from './spark.ts'

export interface RuleActions {
  /** The workload whose effective set is shown; undefined: all rules. */
  readonly workload: string | undefined
  edit(rule: RuleView): void
  remove(rule: RuleView): void
  /** Resolves when it is so, or is not to be. */
  enable(rule: RuleView, isOn: boolean): Promise<void>
  override(rule: RuleView): void
  switchOff(rule: RuleView): void
  duplicate(rule: RuleView): void
}

export interface RuleTable {
  readonly element: HTMLElement
  /** Numbers change in place: what has the focus keeps it. */
  update(stats: ReadonlyMap<string, RuleStats>): void
}

const COLUMNS = ['On', 'Rule', 'Severity', 'Workload', 'Hits / min', 'Last hour', 'Drops', 'From', 'Actions'] as const

/** `nameOf`: of the rule of an id. */
export function createRuleTable(
  rules: readonly ShownRule[],
  actions: RuleActions,
  nameOf: (id: string) => string | undefined,
): RuleTable {
  const rows = rules.map((rule) => createRow(rule, actions, nameOf))
  return {
    element: h(
      'table',
      { class: 'list rules' },
      tableHead(COLUMNS, NUMBERS),
      h(
        'tbody',
        {},
        rows.map(({ element }) => element),
      ),
    ),
    update(stats) {
      for (const { id, show } of rows) show(stats.get(id))
    },
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['Hits / min', 'Drops'])

interface Row {
  readonly id: string
  readonly element: HTMLElement
  show(stats: RuleStats | undefined): void
}

function createRow(rule: ShownRule, actions: RuleActions, nameOf: (id: string) => string | undefined): Row {
  const hits = h('span', {}, '–')
  const hour = h('span', {})
  const drops = h('span', {}, '–')
  const error = h('p', { class: 'error' })
  let drawn: string | undefined
  const showError = (text: string | undefined, tooSlow = 0) => {
    error.hidden = text === undefined && tooSlow === 0
    error.textContent = text === undefined ? slowText(tooSlow) : `Out of use: ${text}`
  }
  showError(rule.error)
  const cells: readonly (readonly [name: string, content: readonly (Node | string | null)[]])[] = [
    ['On', [onSwitch(rule, actions)]],
    ['Rule', [...nameParts(rule, actions, nameOf), error]],
    ['Severity', [h('span', { class: 'badge', 'data-severity': rule.severity }, rule.severity)]],
    ['Workload', [rule.workload === undefined ? h('span', { class: 'muted' }, 'all') : logText(rule.workload)]],
    ['Hits / min', [hits]],
    ['Last hour', [hour]],
    ['Drops', [drops]],
    ['From', [origin(rule)]],
    ['Actions', [actionsOf(rule, actions)]],
  ]
  const element = h(
    'tr',
    { 'data-id': rule.id, class: rule.enabled && rule.absence === undefined ? '' : 'is-off' },
    cells.map(([name, content]) =>
      h('td', { 'data-label': name, class: NUMBERS.has(name) ? 'number' : undefined }, content),
    ),
  )
  return {
    id: rule.id,
    element,
    show(stats) {
      hits.textContent = String(stats?.hits_last_minute ?? 0)
      hits.title = `${stats?.hits ?? 0} since the start`
      const minutes = stats?.minutes ?? []
      // A thousand rules, most of which are silent: only what changed is drawn.
      if (minutes.join() !== drawn) hour.replaceChildren(sparkline(minutes))
      drawn = minutes.join()
      drops.textContent = String(stats?.cooled_down ?? 0)
      drops.title = 'Hits within the cooldown'
      showError(stats?.error ?? rule.error, stats?.too_slow)
    },
  }
}

function slowText(texts: number): string {
  return `Too slow for ${texts === 1 ? 'one text' : `${texts} texts`}: its pattern has too many ways to match`
}

function nameParts(rule: ShownRule, actions: RuleActions, nameOf: (id: string) => string | undefined): (Node | null)[] {
  const { overrides, enabled, absence, from } = rule
  const state = absence ?? (enabled ? undefined : overrides === undefined ? 'off' : 'off here')
  const badges = [from === undefined ? (overrides === undefined ? undefined : 'override') : FROM.get(from), state]
  return [
    h('button', { type: 'button', class: 'name', onclick: () => actions.edit(rule) }, logText(rule.name)),
    ...badges.map((badge) => (badge === undefined ? null : h('span', { class: 'badge' }, badge))),
    h('code', { class: 'pattern' }, logText(rule.pattern, 160)),
    rule.description === undefined ? null : h('p', { class: 'muted' }, logText(rule.description, 200)),
    overrides === undefined
      ? null
      : h('p', { class: 'muted' }, 'stands for ', logText(nameOf(overrides) ?? overrides, 128)),
  ]
}

const FROM: ReadonlyMap<string, string> = new Map([
  ['global', 'global'],
  ['override', 'override'],
  ['own', 'its own'],
])

function origin({ origin: from, file }: RuleView): HTMLElement {
  if (from === 'api') return h('span', { class: 'muted' }, 'here')
  return h('span', { class: 'muted', title: `Changed in ${file ?? 'its file'}` }, from)
}

function onSwitch(rule: RuleView, actions: RuleActions): HTMLElement {
  const isReadonly = rule.origin !== 'api'
  const label = `${rule.name} is on`
  const title = isReadonly ? 'It is switched in its file' : undefined
  const input = h('input', { type: 'checkbox', 'aria-label': label, title, disabled: isReadonly })
  input.checked = rule.enabled
  input.addEventListener('change', () => {
    input.disabled = true
    void actions.enable(rule, input.checked).finally(() => {
      input.disabled = false
    })
  })
  return input
}

/** One click in a workload's set; else a menu, and the form asks for the workload. */
function actionsOf(rule: ShownRule, actions: RuleActions): HTMLElement {
  const isGlobal = rule.workload === undefined && rule.absence === undefined
  const act = (text: string, run: () => void): RowAction => ({ text, run })
  const where = actions.workload === undefined ? ['for a workload …', 'in a workload …'] : ['here', 'here']
  const forWorkload = isGlobal
    ? [
        act(`Override ${where[0]}`, () => actions.override(rule)),
        act(`Switch off ${where[1]}`, () => actions.switchOff(rule)),
      ]
    : []
  const isOwn = rule.origin === 'api'
  const all = [
    act(isOwn ? 'Edit' : 'Look at and try', () => actions.edit(rule)),
    ...(actions.workload === undefined ? forWorkload : []),
    act('Copy as a new rule', () => actions.duplicate(rule)),
    ...(isOwn ? [act('Delete …', () => actions.remove(rule))] : []),
  ]
  return rowActions(rule.name, actions.workload === undefined ? [] : forWorkload, all)
}
