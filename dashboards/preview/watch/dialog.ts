/** Forms above the page: Escape and a button close them, what had the focus gets it back, and nothing typed is lost at once. */
import { h } from '../page/dom.ts'

export interface DialogOptions {
  closed?(): void
  /** Something was typed that would be lost: the first Escape only says so. */
  isDirty?(): boolean
  readonly isWide?: boolean
}

export interface OpenDialog {
  readonly element: HTMLDialogElement
  close(): void
}

/** What somebody types into. */
const FIRST = 'form :is(input, textarea):not(:disabled)'
const open = new Set<OpenDialog>()
let count = 0

export function openDialog(title: string, content: Node, options: DialogOptions = {}): OpenDialog {
  const id = `dialog-${++count}`
  const notice = h('p', { class: 'notice', role: 'alert' })
  let isWarned = false
  /** Returns whether it may close. */
  const mayClose = () => {
    if (isWarned || options.isDirty?.() !== true) return true
    isWarned = true
    notice.textContent = 'Something here is not saved. Once more closes it all the same.'
    return false
  }
  const before = document.activeElement
  const element = h(
    'dialog',
    {
      class: options.isWide === true ? 'sheet-dialog wide' : 'sheet-dialog',
      'aria-labelledby': id,
      oncancel: (event: Event) => {
        // Of a list that hangs on a field, it is the list that closes.
        if (event.target === element && !mayClose()) event.preventDefault()
      },
      onclose: () => {
        open.delete(dialog)
        element.remove()
        if (before instanceof HTMLElement && before.isConnected) before.focus()
        options.closed?.()
      },
    },
    h(
      'header',
      {},
      h('h2', { id }, title),
      h('button', { type: 'button', class: 'plain', onclick: () => mayClose() && element.close() }, 'Close'),
    ),
    notice,
    content,
  )
  const dialog = { element, close: () => element.close() }
  open.add(dialog)
  document.body.append(element)
  element.showModal()
  element.querySelector<HTMLElement>(FIRST)?.focus()
  return dialog
}

/** With the view that opened them. */
export function closeDialogs(): void {
  for (const dialog of [...open]) dialog.close()
}

/** A question with one way to go on; what goes with it is named. */
export function confirmDialog(title: string, content: readonly Node[], action: string, run: () => Promise<void>): void {
  const fault = h('p', { class: 'error', role: 'alert' })
  const act = async () => {
    button.disabled = true
    try {
      await run()
      dialog.close()
    } catch (error) {
      fault.textContent = (error as Error).message
      button.disabled = false
    }
  }
  const button = h('button', { type: 'button', class: 'danger', onclick: () => void act() }, action)
  const keep = h('button', { type: 'button', onclick: () => dialog.close() }, 'Keep it')
  const dialog = openDialog(
    title,
    h('div', { class: 'confirm' }, content, fault, h('div', { class: 'form-end' }, keep, button)),
  )
  // What cannot be taken back is not one Enter away.
  keep.focus()
}
