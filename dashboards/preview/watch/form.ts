/** A form made of fields: labels, help and faults beside each, suggestions, and what was changed. */
import { h } from '../page/dom.ts'
import { createInput, type Input } from './inputs.ts'
import { type Field, faultsOf, isKept, isSame, type Value, type Values } from './model/fields.ts'

export interface FormOptions {
  readonly sections: readonly { readonly title: string; readonly fields: readonly Field[] }[]
  readonly values: Values
  readonly isReadonly?: boolean
  /** What is offered while someone types, by name. */
  readonly suggestions?: ReadonlyMap<string, readonly string[]>
  changed?(path: string): void
}

export interface Form {
  readonly element: HTMLElement
  values(): Map<string, Value>
  isDirty(): boolean
  /** Beside their fields; '' clears. */
  fault(path: string, message: string): void
  /** What can be said before anybody is asked; the first wrong field gets the focus. Returns whether all is well. */
  check(): boolean
  focus(path: string): void
}

let count = 0
/** More are no help. */
const MAX_SUGGESTIONS = 500

export function createForm({ sections, values, isReadonly = false, suggestions, changed }: FormOptions): Form {
  const prefix = `form-${++count}`
  const lists = [...(suggestions ?? [])].map(([name, words]) =>
    h(
      'datalist',
      { id: `${prefix}-${name}` },
      words.slice(0, MAX_SUGGESTIONS).map((value) => h('option', { value })),
    ),
  )
  const names = new Map([...(suggestions?.keys() ?? [])].map((name) => [name, `${prefix}-${name}`]))
  const rows = new Map<string, Row>()
  let checked: readonly string[] = []
  const groups = sections.map(({ title, fields }, index) => {
    const made = fields.map((field) => {
      const id = `${prefix}-${field.path.replaceAll('.', '-')}`
      const listen = () => {
        rows.get(field.path)?.fault('')
        changed?.(field.path)
      }
      const around = { id, described: `${id}-help ${id}-fault`, lists: names, isReadonly, changed: listen }
      const value = values.get(field.path) ?? field.fallback
      const made = createRow(field, value, createInput(field, value, around), id)
      rows.set(field.path, made)
      return made.element
    })
    if (title === '') return h('div', { class: 'fields-form' }, made)
    const id = `${prefix}-section-${index}`
    return h('div', { class: 'fields-form', role: 'group', 'aria-labelledby': id }, h('h3', { id }, title), made)
  })
  const all = sections.flatMap(({ fields }) => fields)
  const read = () => new Map([...rows].map(([path, { input }]) => [path, input.read()]))
  return {
    element: h('div', { class: 'form' }, groups, lists),
    values: read,
    isDirty: () => {
      const now = read()
      return all.some(({ path, fallback }) => !isSame(now.get(path)!, values.get(path) ?? fallback))
    },
    fault: (path, message) => rows.get(path)?.fault(message),
    focus: (path) => rows.get(path)?.input.focus.focus(),
    check() {
      const faults = faultsOf(all, read())
      // What the API said of a field stays until it is changed.
      for (const path of new Set([...checked, ...faults.keys()])) rows.get(path)?.fault(faults.get(path) ?? '')
      checked = [...faults.keys()]
      const first = faults.keys().next().value
      if (first !== undefined) rows.get(first)?.input.focus.focus()
      return faults.size === 0
    },
  }
}

/** A button that was switched off while it worked lost the focus: whoever uses the keyboard would begin at the top. */
export function keepFocus(button: HTMLElement | null): void {
  if (document.activeElement === document.body) button?.focus()
}

interface Row {
  readonly element: HTMLElement
  readonly input: Input
  fault(message: string): void
}

function createRow(field: Field, value: Value, input: Input, id: string): Row {
  const fault = h('p', { class: 'error', id: `${id}-fault`, 'aria-live': 'polite' })
  const label = h('label', { for: id }, field.label)
  const text = isKept(value) && field.keptHelp !== undefined ? `${field.help} ${field.keptHelp}` : field.help
  const help = h('p', { class: 'help', id: `${id}-help` }, text)
  const isSwitch = field.control === 'switch'
  const parts = isSwitch ? [h('div', { class: 'switch-row' }, input.element, label)] : [label, input.element]
  return {
    element: h('div', { class: `field field-${field.control}`, 'data-path': field.path }, parts, fault, help),
    input,
    fault(message) {
      fault.textContent = message
      if (message === '') input.focus.removeAttribute('aria-invalid')
      else input.focus.setAttribute('aria-invalid', 'true')
    },
  }
}
