/** Triggers as rows: what they tell whom, and how it went. */
import { h } from '../page/dom.ts'
import { logText, shownText } from './logtext.ts'
import type { Trigger, TriggerStats } from './model/shapes.ts'
import { filterText, kindTitle, targetText } from './model/triggertext.ts'
import { rowActions, tableHead } from './rowmenu.ts'

export interface TriggerActions {
  edit(trigger: Trigger): void
  test(trigger: Trigger): void
  duplicate(trigger: Trigger): void
  remove(trigger: Trigger): void
  enable(trigger: Trigger, isOn: boolean): Promise<void>
}

export interface TriggerTable {
  readonly element: HTMLElement
  update(stats: ReadonlyMap<string, TriggerStats>): void
}

const COLUMNS = ['On', 'Trigger', 'Tells', 'About', 'Delivered', 'Failed', 'Waiting', 'Actions']
const NUMBERS: ReadonlySet<string> = new Set(['Delivered', 'Failed', 'Waiting'])

export function createTriggerTable(triggers: readonly Trigger[], actions: TriggerActions): TriggerTable {
  const rows = triggers.map((trigger) => createRow(trigger, actions))
  const body = h(
    'tbody',
    {},
    rows.map(({ element }) => element),
  )
  return {
    element: h('table', { class: 'list triggers' }, tableHead(COLUMNS, NUMBERS), body),
    update(stats) {
      for (const { id, show } of rows) show(stats.get(id))
    },
  }
}

interface Row {
  readonly id: string
  readonly element: HTMLElement
  show(stats: TriggerStats | undefined): void
}

function createRow(trigger: Trigger, actions: TriggerActions): Row {
  const [delivered, failed, waiting] = [h('span', {}, '–'), h('span', {}, '–'), h('span', {}, '–')]
  const error = h('p', { class: 'error', hidden: true })
  const name = h(
    'button',
    { type: 'button', class: 'name', onclick: () => actions.edit(trigger) },
    logText(trigger.name),
  )
  const badges = [
    trigger.enabled ? null : h('span', { class: 'badge' }, 'off'),
    trigger.origin === 'api' ? null : h('span', { class: 'badge', title: 'Of the configuration' }, 'read only'),
  ]
  const cells: readonly (readonly [label: string, content: readonly (Node | null)[]])[] = [
    ['On', [onSwitch(trigger, actions)]],
    ['Trigger', [name, ...badges, error]],
    ['Tells', [h('div', {}, kindTitle(trigger.kind)), h('div', { class: 'muted' }, logText(targetText(trigger), 120))]],
    ['About', [logText(filterText(trigger), 200)]],
    ['Delivered', [delivered]],
    ['Failed', [failed]],
    ['Waiting', [waiting]],
    ['Actions', [actionsOf(trigger, actions)]],
  ]
  const element = h(
    'tr',
    { 'data-id': trigger.id, class: trigger.enabled ? '' : 'is-off' },
    cells.map(([label, content]) =>
      h('td', { 'data-label': label, class: NUMBERS.has(label) ? 'number' : undefined }, content),
    ),
  )
  return {
    id: trigger.id,
    element,
    show(stats) {
      delivered.textContent = String(stats?.delivered ?? 0)
      delivered.title = `of ${stats?.matched ?? 0} events that fitted, with ${stats?.retried ?? 0} retries`
      failed.textContent = String((stats?.failed ?? 0) + (stats?.dropped ?? 0))
      failed.title = `${stats?.failed ?? 0} after all retries, ${stats?.dropped ?? 0} dropped because too many waited`
      waiting.textContent = String(stats?.queued ?? 0)
      const last = stats?.last_error === undefined ? undefined : `Last error: ${stats.last_error}`
      const said = trigger.error === undefined ? last : `It cannot send: ${trigger.error}`
      error.hidden = said === undefined
      error.textContent = shownText(said ?? '', 400)
    },
  }
}

function onSwitch(trigger: Trigger, actions: TriggerActions): HTMLElement {
  const isReadonly = trigger.origin !== 'api'
  const title = isReadonly ? 'It is switched in the configuration' : undefined
  const input = h('input', { type: 'checkbox', 'aria-label': `${trigger.name} is on`, title, disabled: isReadonly })
  input.checked = trigger.enabled
  input.addEventListener('change', () => {
    input.disabled = true
    void actions.enable(trigger, input.checked).finally(() => {
      input.disabled = false
    })
  })
  return input
}

function actionsOf(trigger: Trigger, actions: TriggerActions): HTMLElement {
  const isOwn = trigger.origin === 'api'
  const all = [
    { text: isOwn ? 'Edit' : 'Look at', run: () => actions.edit(trigger) },
    { text: 'Copy as a new trigger', run: () => actions.duplicate(trigger) },
    ...(isOwn ? [{ text: 'Delete …', run: () => actions.remove(trigger) }] : []),
  ]
  return rowActions(trigger.name, [{ text: 'Test', run: () => actions.test(trigger) }], all)
}
