/** A small form for the API's token: once for all who wait for it, and again when it was wrong. */
import { h } from '../page/dom.ts'
import { keepToken, readToken } from '../page/token.ts'
import { openDialog } from './dialog.ts'

let asking: Promise<string | undefined> | undefined
/** Who closed the form does not get it again with the next question of the clock. */
let isDeclined = false

/** `refused`: the token that was wrong. undefined when nobody gives one. */
export function askToken(refused: string | undefined): Promise<string | undefined> {
  // Another question of this page may have got a better one meanwhile.
  const known = readToken()
  if (known !== undefined && known !== refused) return Promise.resolve(known)
  if (refused !== undefined) keepToken(undefined)
  if (isDeclined) return Promise.resolve(undefined)
  asking ??= show(refused !== undefined).finally(() => {
    asking = undefined
  })
  return asking
}

/** Somebody wants to be asked again. */
export function askAgain(): void {
  isDeclined = false
}

function show(isWrong: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    let given: string | undefined
    const input = h('input', {
      id: 'token',
      type: 'password',
      autocomplete: 'off',
      spellcheck: 'false',
      required: true,
      'aria-describedby': 'token-help',
    })
    const submit = (event: Event) => {
      event.preventDefault()
      given = input.value.trim()
      if (given === '') return
      keepToken(given)
      dialog.close()
    }
    const form = h(
      'form',
      { class: 'fields-form', onsubmit: submit },
      isWrong ? h('p', { class: 'error', role: 'alert' }, 'That token was refused.') : null,
      h('label', { for: 'token' }, 'Token'),
      input,
      h(
        'p',
        { class: 'muted', id: 'token-help' },
        'admin.bearer_token of longship.yaml, or else what the file admin-token in scan.folder holds (.longship/scan/admin-token). ',
        'It is kept for this tab only.',
      ),
      h('div', { class: 'form-end' }, h('button', { type: 'submit', class: 'primary' }, 'Go on')),
    )
    const dialog = openDialog('Rules, triggers and events need a token', form, {
      closed() {
        isDeclined = given === undefined
        resolve(given)
      },
    })
  })
}
