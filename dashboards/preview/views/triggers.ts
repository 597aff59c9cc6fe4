/** Who is told about which events: made, tried and changed; how it went, and what could not be delivered. */
import { h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import type { View } from '../page/view.ts'
import { ask, part } from '../watch/api.ts'
import { createDeadLetters } from '../watch/deadletters.ts'
import { closeDialogs, confirmDialog } from '../watch/dialog.ts'
import type { RuleView, Stats, Trigger } from '../watch/model/shapes.ts'
import { createNotice, type Notice, startPolling } from '../watch/notice.ts'
import { keepFocus } from '../watch/rowmenu.ts'
import { openTriggerForm } from '../watch/triggerform.ts'
import { createTriggerTable, type TriggerActions, type TriggerTable } from '../watch/triggertable.ts'
import { testTrigger } from '../watch/triggertest.ts'

const POLL_MS = 5000

interface Known {
  triggers: readonly Trigger[]
  /** For the form, by name. */
  suggestions: ReadonlyMap<string, readonly string[]>
}

type OpenForm = (title: string, start: Partial<Trigger>, trigger?: Trigger) => void
type Actions = TriggerActions & { readonly openForm: OpenForm }

export function showTriggers(room: HTMLElement): View {
  document.title = 'Triggers · Longship'
  const left = new AbortController()
  const { signal } = left
  // As it was: what is opened by hand until all is there stands in the address too.
  const { params } = here()
  const known: Known = { triggers: [], suggestions: new Map() }
  let table: TriggerTable | undefined
  const notice = createNotice()
  const letters = createDeadLetters(notice, signal)
  const list = h('div', { class: 'sheet' }, h('p', { class: 'muted', role: 'status' }, 'Asking …'))
  const load = async () => {
    try {
      await fetchTriggers(known, signal)
      table = createTriggerTable(known.triggers, actions)
      const none = 'There are no triggers yet: events are kept and shown, and nobody is told.'
      const shown = known.triggers.length === 0 ? h('p', { class: 'none' }, none) : table.element
      keepFocus(list, () => list.replaceChildren(shown))
      await poll()
    } catch (error) {
      if (!signal.aborted) notice.fail(error, () => void load())
    }
  }
  const poll = async () => {
    const { triggers } = await ask<Stats>('GET', '/stats', { signal })
    table?.update(new Map(Object.entries(triggers ?? {})))
    // Somebody who is about to press a button of a letter keeps it.
    if (!letters.element.contains(document.activeElement)) await letters.load()
  }
  const actions = createActions(known, notice, load, signal)
  const create = h(
    'button',
    { type: 'button', class: 'primary', onclick: () => actions.openForm('New trigger', {}) },
    'New trigger',
  )
  room.append(h('div', { class: 'board-head' }, h('h1', {}, 'Triggers'), create), notice.element, list, letters.element)
  let stop = () => {}
  void load().then(() => {
    if (signal.aborted) return
    stop = startPolling(POLL_MS, notice, poll)
    openFromAddress(params, known, actions)
  })
  return {
    leave() {
      left.abort()
      stop()
      closeDialogs()
    },
  }
}

async function fetchTriggers(known: Known, signal: AbortSignal): Promise<void> {
  const [{ triggers }, { workloads }, { rules }] = await Promise.all([
    ask<{ triggers: Trigger[] }>('GET', '/triggers', { signal }),
    ask<{ workloads: { workload: string }[] }>('GET', '/workloads', { signal }),
    ask<{ rules: RuleView[] }>('GET', '/rules', { signal }),
  ])
  known.triggers = triggers
  known.suggestions = new Map([
    ['workloads', workloads.map(({ workload }) => workload)],
    ['rules', [...new Set(rules.map(({ name }) => name))]],
  ])
}

function createActions(known: Known, notice: Notice, load: () => Promise<void>, signal: AbortSignal): Actions {
  const after = (text: string) => {
    notice.say(text)
    void load()
  }
  const openForm: OpenForm = (title, start, trigger) =>
    openTriggerForm({
      ...{ title, start, trigger, suggestions: known.suggestions },
      saved(saved, isToTest) {
        after(`${saved.name} is saved.`)
        if (isToTest) testTrigger(saved)
      },
      closed() {
        if (!signal.aborted) setParams(NO_FORM, false)
      },
    })
  return {
    openForm,
    edit(trigger) {
      setParams({ edit: trigger.id }, false)
      openForm(trigger.name, trigger, trigger)
    },
    test: testTrigger,
    // Secrets stay where they are: a copy is asked for its own.
    duplicate({ name, enabled, filter, kind, timeout, retries }) {
      openForm('New trigger', { name: `${name} (copy)`.slice(0, 128), enabled, filter, kind, timeout, retries })
    },
    async enable(trigger, isOn) {
      try {
        await ask('PATCH', `/triggers/${part(trigger.id)}`, { body: { enabled: isOn } })
        after(`${trigger.name} is ${isOn ? 'on' : 'off'}.`)
      } catch (error) {
        notice.fail(error)
        await load()
      }
    },
    remove(trigger) {
      const words = h('p', {}, 'Nobody is told by it any more. What waits to be sent by it is not sent.')
      confirmDialog(`Delete ${trigger.name}?`, [words], 'Delete', async () => {
        await ask('DELETE', `/triggers/${part(trigger.id)}`)
        after(`${trigger.name} is deleted.`)
      })
    },
  }
}

const NO_FORM = Object.fromEntries(
  ['new', 'edit', 'name', 'severity', 'source', 'workload', 'rule'].map((each) => [each, undefined]),
)

/** `?edit=ID`, or `?new` with what its filter begins with. */
function openFromAddress(params: URLSearchParams, known: Known, { edit, openForm }: Actions): void {
  const trigger = known.triggers.find(({ id }) => id === params.get('edit'))
  if (trigger !== undefined) edit(trigger)
  if (trigger !== undefined || !params.has('new')) return
  const all = (name: string) => params.getAll(name)
  const filter = { severities: all('severity'), sources: all('source'), workloads: all('workload'), rules: all('rule') }
  openForm('New trigger', { name: (params.get('name') ?? '').slice(0, 128), filter: filter as Trigger['filter'] })
}
