/** Makes a trigger or changes one: only the fields that its kind needs. */
import { h } from '../page/dom.ts'
import { ApiError, ask, part } from './api.ts'
import { openDialog } from './dialog.ts'
import { createForm, type Form, keepFocus } from './form.ts'
import { draftOf, isKept, patchOf, type Value, type Values, valuesOf } from './model/fields.ts'
import { faultsByField } from './model/problems.ts'
import type { Trigger } from './model/shapes.ts'
import { isKind, triggerFields, triggerSections } from './model/triggerfields.ts'

export interface TriggerFormOptions {
  readonly title: string
  /** As it is, or as a new one begins. */
  readonly start: Partial<Trigger>
  /** The trigger that is changed; undefined: a new one. */
  readonly trigger: Trigger | undefined
  readonly suggestions: ReadonlyMap<string, readonly string[]>
  saved(trigger: Trigger, isToTest: boolean): void
  closed(): void
}

/** The form's fields are those of its kind: another kind, another form with what was typed already. */
interface Shown {
  form: Form
  kind: string
}

export function openTriggerForm(options: TriggerFormOptions): void {
  const { trigger, start } = options
  const isReadonly = trigger !== undefined && trigger.origin !== 'api'
  const before = { fields: fieldsOf(start.kind), values: valuesOf(fieldsOf(start.kind), start) }
  const room = h('div', {})
  const show = (kind: string, values: Values): Shown => {
    const sections = triggerSections(isKind(kind) ? kind : 'webhook')
    const changed = (path: string) => {
      if (path === 'kind') changeKind()
    }
    const form = createForm({ sections, values, isReadonly, suggestions: options.suggestions, changed })
    room.replaceChildren(form.element)
    return { form, kind }
  }
  let shown = show(start.kind ?? 'webhook', before.values)
  const changeKind = () => {
    const values = shown.form.values()
    shown = show(String(values.get('kind')), otherKind(before.values, values))
    shown.form.focus('kind')
  }
  const isDirty = () => !isSaved && !isReadonly && (shown.kind !== (start.kind ?? 'webhook') || shown.form.isDirty())
  let isSaved = false
  const faults = h('p', { class: 'error', role: 'alert' })
  const buttons = [
    h('button', { type: 'submit', class: 'primary', value: 'save' }, trigger === undefined ? 'Create' : 'Save'),
    h('button', { type: 'submit', value: 'test' }, trigger === undefined ? 'Create and test' : 'Save and test'),
  ]
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    faults.textContent = ''
    if (isReadonly || !shown.form.check()) return
    for (const button of buttons) button.disabled = true
    try {
      const saved = await send(trigger, before, shown)
      isSaved = true
      dialog.close()
      options.saved(saved, event.submitter === buttons[1])
    } catch (error) {
      faults.textContent = showFaults(error, shown)
    }
    for (const button of buttons) button.disabled = false
    keepFocus(event.submitter)
  }
  const body = h(
    'form',
    { class: 'one-side', novalidate: true, onsubmit: (event: SubmitEvent) => void submit(event) },
    isReadonly ? h('p', { class: 'notice' }, 'This trigger stands in the configuration, and is changed there.') : null,
    room,
    isReadonly ? null : h('div', { class: 'form-end' }, faults, buttons),
  )
  const dialog = openDialog(options.title, body, { isDirty, closed: options.closed })
}

function fieldsOf(kind: unknown) {
  return triggerFields(isKind(kind) ? kind : 'webhook')
}

/** What the server keeps of one service is not sent to another: it is asked for anew. */
function otherKind(before: Values, now: ReadonlyMap<string, Value>): Values {
  const known = new Map([...before, ...now])
  return new Map([...known].filter(([path, value]) => !isKept(value) && path !== 'headers' && path !== 'url'))
}

function send(
  trigger: Trigger | undefined,
  before: Parameters<typeof patchOf>[0],
  { form, kind }: Shown,
): Promise<Trigger> {
  const after = { fields: fieldsOf(kind), values: form.values() }
  if (trigger === undefined) return ask<Trigger>('POST', '/triggers', { body: draftOf(after.fields, after.values) })
  return ask<Trigger>('PATCH', `/triggers/${part(trigger.id)}`, { body: patchOf(before, after) })
}

/** Beside their fields; what belongs to none is returned. */
function showFaults(error: unknown, { form, kind }: Shown): string {
  if (!(error instanceof ApiError)) return (error as Error).message
  const paths = fieldsOf(kind).map(({ path }) => path)
  const { byField, rest } = faultsByField(error.problem, paths)
  for (const [path, message] of byField) form.fault(path, message)
  const first = paths.find((path) => byField.has(path))
  if (first !== undefined) form.focus(first)
  return byField.size === 0 && rest.length === 0 ? error.message : rest.join('; ')
}
