/** Sends a trigger's real payload once, and shows what was sent and what came of it. */
import { h } from '../page/dom.ts'
import { ask, part } from './api.ts'
import { openDialog } from './dialog.ts'
import { visible } from './model/highlight.ts'
import type { Trigger, TriggerTest } from './model/shapes.ts'

/** The longest timeout of an attempt, and a little. */
const TIMEOUT_MS = 75_000

export function testTrigger(trigger: Trigger): void {
  const result = h('div', { class: 'trigger-result', role: 'status' })
  const again = h('button', { type: 'button', onclick: () => void run() }, 'Send again')
  const left = new AbortController()
  const run = async () => {
    again.disabled = true
    result.replaceChildren(h('p', { class: 'muted' }, 'Sending …'))
    try {
      const path = `/triggers/${part(trigger.id)}/test`
      const test = await ask<TriggerTest>('POST', path, { signal: left.signal, timeoutMs: TIMEOUT_MS })
      if (!left.signal.aborted) result.replaceChildren(...showTest(test))
    } catch (error) {
      if (left.signal.aborted) return
      result.replaceChildren(h('p', { class: 'verdict miss' }, `✗ Not sent: ${(error as Error).message}`))
    }
    again.disabled = false
  }
  const words = 'What a real event would send, made of a made-up one; sent once, without retries.'
  const body = h('div', {}, h('p', { class: 'muted' }, words), result, h('div', { class: 'form-end' }, again))
  openDialog(`Test of ${trigger.name}`, body, { closed: () => left.abort() })
  void run()
}

function showTest({ delivered, status, duration_ms, error, request }: TriggerTest): HTMLElement[] {
  const facts = [status === undefined ? undefined : `status ${status}`, `${Math.round(duration_ms)} ms`]
  const said = facts.filter((each) => each !== undefined).join(', ')
  const headers = Object.entries(request?.headers ?? {}).map(([name, value]) => `${name}: ${value}`)
  return [
    h(
      'p',
      { class: `verdict ${delivered ? 'hit' : 'miss'}` },
      `${delivered ? '✓ Delivered' : '✗ Not delivered'}: ${said}`,
    ),
    ...(error === undefined ? [] : [h('p', { class: 'error' }, visible(error))]),
    ...(request === undefined
      ? []
      : [
          h('h3', {}, 'What was sent'),
          h(
            'pre',
            { dir: 'ltr', tabindex: '0' },
            visible([`${request.method} ${request.url}`, ...headers, '', pretty(request.body)].join('\n')),
          ),
          h('p', { class: 'muted' }, 'Secrets are shown as stars.'),
        ]),
  ]
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
