/** One control for each kind of field: what it looks like, and what it says when it is read. */
import { h } from '../page/dom.ts'
import type { ChoiceField, Field, ManyField, TextField, Value } from './model/fields.ts'

export interface Input {
  readonly element: HTMLElement
  /** What the label is for, and what gets the focus when it is wrong. */
  readonly focus: HTMLElement
  read(): Value
}

/** What stands around a control. */
export interface Around {
  readonly id: string
  readonly described: string
  /** Ids of the form's datalists, by name. */
  readonly lists: ReadonlyMap<string, string>
  readonly isReadonly: boolean
  changed(): void
}

type Create<F> = (field: F, value: Value, around: Around) => Input

const TEXTS: Readonly<Record<TextField['control'], Create<TextField>>> = {
  text: (field, value, around) => line(field, value, around, {}),
  number: (field, value, around) => line(field, value, around, { inputmode: 'numeric' }),
  secret,
  area: (field, value, around) => area(field, value, around, {}),
  code: (field, value, around) => area(field, value, around, { class: 'code' }),
}
const CHOICES: Readonly<Record<ChoiceField['control'], Create<ChoiceField>>> = { choice, checks }

export function createInput(field: Field, value: Value, around: Around): Input {
  if ('options' in field) return CHOICES[field.control](field, value, around)
  if (field.control === 'many') return many(field, value, around)
  if (field.control === 'switch') return toggle(field, value, around)
  if (field.control === 'pairs') return pairs(field, value, around)
  return TEXTS[field.control](field, value, around)
}

const PLAIN = { spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' }

function common({ id, described, isReadonly, changed }: Around): Record<string, unknown> {
  return { id, 'aria-describedby': described, disabled: isReadonly, oninput: changed, ...PLAIN }
}

function line(
  field: { readonly placeholder?: string; readonly suggest?: string },
  value: Value,
  around: Around,
  props: Record<string, unknown>,
): Input {
  const { placeholder, suggest } = field
  const list = suggest === undefined ? undefined : around.lists.get(suggest)
  const input = h('input', { ...common(around), placeholder, list, value, ...props })
  return { element: input, focus: input, read: () => input.value }
}

/** Stars stand for what the server keeps: the first key typed over them replaces all of them. */
function secret(field: TextField, value: Value, around: Around): Input {
  const input = line(field, value, around, { type: 'password', autocomplete: 'new-password' })
  input.focus.addEventListener('focus', () => (input.focus as HTMLInputElement).select())
  return input
}

function area(field: TextField, value: Value, around: Around, props: Record<string, unknown>): Input {
  const input = h('textarea', { ...common(around), rows: '2', ...props, placeholder: field.placeholder, value })
  if (field.control === 'area') return { element: input, focus: input, read: () => input.value }
  // A pattern is one line, however long it is: Enter does what it does in a line.
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    input.form?.requestSubmit()
  })
  return { element: input, focus: input, read: () => input.value.replace(/[\r\n]+$/, '') }
}

function choice(field: ChoiceField, value: Value, around: Around): Input {
  const { id, described, isReadonly, changed } = around
  const options = field.options.map((each, index) =>
    h('option', { value: each, selected: each === value }, field.titles?.[index] ?? each),
  )
  const select = h('select', { id, 'aria-describedby': described, disabled: isReadonly, onchange: changed }, options)
  return { element: select, focus: select, read: () => select.value }
}

function toggle(_: Field, value: Value, { id, described, isReadonly, changed }: Around): Input {
  const props = { id, type: 'checkbox', 'aria-describedby': described, disabled: isReadonly, onchange: changed }
  const input = h('input', { ...props, checked: value === true })
  return { element: input, focus: input, read: () => input.checked }
}

function checks(field: ChoiceField, value: Value, around: Around): Input {
  const { id, described, isReadonly, changed } = around
  const chosen = value as readonly string[]
  const boxes = field.options.map((each, index) => {
    const box = { id: index === 0 ? id : `${id}-${index}`, type: 'checkbox', value: each, disabled: isReadonly }
    const input = h('input', { ...box, checked: chosen.includes(each), onchange: changed })
    return { input, label: h('label', { class: 'check' }, input, field.titles?.[index] ?? each) }
  })
  const labels = boxes.map(({ label }) => label)
  const props = { class: 'checks', role: 'group', 'aria-label': field.label, 'aria-describedby': described }
  const read = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value)
  return { element: h('div', props, labels), focus: boxes[0].input, read }
}

/** Words to take away, and a field for one more; what still stands in the field counts too. */
function many(field: ManyField, value: Value, around: Around): Input {
  const chosen = [...(value as readonly string[])]
  const list = h('span', { class: 'chips' })
  const inner = line(field, '', around, { enterkeyhint: 'done' })
  const input = inner.focus as HTMLInputElement
  const read = () => [...new Set([...chosen, input.value.trim()])].filter((each) => each !== '')
  const chip = (each: string, index: number) => {
    const remove = () => {
      chosen.splice(index, 1)
      show()
      input.focus()
      around.changed()
    }
    const props = {
      type: 'button',
      class: 'chip',
      title: `Take away: ${each}`,
      disabled: around.isReadonly,
      onclick: remove,
    }
    return h('button', props, each, h('span', { 'aria-hidden': 'true' }, ' ×'))
  }
  const show = () => list.replaceChildren(...chosen.map(chip))
  const add = () => {
    const next = read()
    input.value = ''
    chosen.splice(0, chosen.length, ...next)
    show()
  }
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || input.value.trim() === '') return
    event.preventDefault()
    add()
  })
  const addMore = () => {
    add()
    input.focus()
  }
  show()
  const button = h('button', { type: 'button', disabled: around.isReadonly, onclick: addMore }, 'Add')
  return {
    element: h('div', { class: 'many' }, list, h('div', { class: 'many-add' }, input, button)),
    focus: input,
    read,
  }
}

/** Names with values, a row each. */
function pairs(field: Field, value: Value, around: Around): Input {
  const rows = h('div', { class: 'pairs' })
  const button = h('button', { type: 'button', id: around.id, disabled: around.isReadonly }, 'Add a header')
  const row = (name: string, text: string) => {
    const props = { ...PLAIN, disabled: around.isReadonly, oninput: around.changed }
    const key = h('input', { ...props, value: name, placeholder: 'name', 'aria-label': `${field.label}: name` })
    const content = h('input', { ...props, value: text, placeholder: 'value', 'aria-label': `${field.label}: value` })
    const remove = () => {
      element.remove()
      button.focus()
      around.changed()
    }
    const label = `Take away: ${name || 'this row'}`
    const take = { type: 'button', title: label, 'aria-label': label, disabled: around.isReadonly, onclick: remove }
    const element = h('div', { class: 'pair' }, key, content, h('button', take, '×'))
    rows.append(element)
    return key
  }
  for (const [name, text] of value as ReadonlyMap<string, string>) row(name, text)
  button.addEventListener('click', () => row('', '').focus())
  const read = () =>
    new Map(
      [...rows.children].flatMap((each) => {
        const [key, content] = each.querySelectorAll('input')
        return key.value.trim() === '' ? [] : [[key.value.trim(), content.value] as const]
      }),
    )
  return { element: h('div', { 'aria-describedby': around.described }, rows, button), focus: button, read }
}
