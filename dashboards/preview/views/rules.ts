/** The rules of the scanner: all of them, or what is in force in one workload; how often they hit; made, tried and changed. */
import { h } from '../page/dom.ts'
import { here } from '../page/route.ts'
import type { View } from '../page/view.ts'
import { ask, part } from '../watch/api.ts'
import { closeDialogs } from '../watch/dialog.ts'
import { valuesOf } from '../watch/model/fields.ts'
import { RULE_FIELDS, type ShownRule, workloadSet } from '../watch/model/rulefields.ts'
import type { RuleView, Stats } from '../watch/model/shapes.ts'
import { createNotice, startPolling } from '../watch/notice.ts'
import { keepFocus } from '../watch/rowmenu.ts'
import { createRuleActions, type KnownRules, openFromAddress } from '../watch/ruleactions.ts'
import { createRuleFilters } from '../watch/rulefilters.ts'
import { createRuleTable, type RuleActions, type RuleTable } from '../watch/ruletable.ts'

const POLL_MS = 5000

/** What the view knows of the server. */
interface Known extends KnownRules {
  table: RuleTable | undefined
  stats: Stats | undefined
}

export function showRules(room: HTMLElement): View {
  document.title = 'Rules · Longship'
  const left = new AbortController()
  const { signal } = left
  // As it was: what is opened by hand until all is there stands in the address too.
  const { params } = here()
  const known: Known = { rules: [], workloads: [], table: undefined, stats: undefined }
  const notice = createNotice()
  const facts = h('p', { class: 'facts-line muted' })
  const list = h('div', { class: 'sheet' }, h('p', { class: 'muted', role: 'status' }, 'Asking …'))
  const filters = createRuleFilters(() => void load())
  const load = async () => {
    try {
      const shown = await fetchRules(known, filters.workload(), signal)
      filters.show(known.workloads)
      drawList(list, filters.keep(shown), known, actions)
    } catch (error) {
      if (!signal.aborted) notice.fail(error, () => void load())
    }
  }
  const actions = createRuleActions({ known, notice, filters, load, signal })
  const poll = async () => {
    const stats = await ask<Stats>('GET', '/stats', { signal })
    // A file was saved, or somebody else changed a rule.
    const isOther = known.stats !== undefined && known.stats.scan.snapshot_version !== stats.scan.snapshot_version
    known.stats = stats
    drawFacts(facts, stats)
    known.table?.update(new Map(Object.entries(stats.scan.rules)))
    if (isOther) await load()
  }
  const openNew = () => actions.openForm('New rule', valuesOf(RULE_FIELDS, { workload: filters.workload() }))
  const create = h('button', { type: 'button', class: 'primary', onclick: openNew }, 'New rule')
  room.append(
    h('div', { class: 'board-head' }, h('h1', {}, 'Rules'), create),
    notice.element,
    filters.element,
    facts,
    list,
  )
  let stop = () => {}
  void load().then(() => {
    if (signal.aborted) return
    stop = startPolling(POLL_MS, notice, poll)
    openFromAddress(params, known, notice, actions)
  })
  return {
    leave() {
      left.abort()
      stop()
      closeDialogs()
    },
  }
}

async function fetchRules(
  known: Known,
  workload: string | undefined,
  signal: AbortSignal,
): Promise<readonly ShownRule[]> {
  const [{ rules }, { workloads }, effective] = await Promise.all([
    ask<{ rules: RuleView[] }>('GET', '/rules', { signal }),
    ask<{ workloads: { workload: string }[] }>('GET', '/workloads', { signal }),
    workload === undefined
      ? undefined
      : ask<{ rules: RuleView[] }>('GET', `/workloads/${part(workload)}/rules`, { signal }),
  ])
  known.rules = rules
  known.workloads = workloads.map((each) => each.workload)
  return workload === undefined ? rules : workloadSet(rules, effective?.rules ?? [], workload)
}

function drawList(list: HTMLElement, rules: readonly ShownRule[], known: Known, actions: RuleActions): void {
  known.table = createRuleTable(rules, actions, (id) => known.rules.find((rule) => rule.id === id)?.name)
  if (known.stats !== undefined) known.table.update(new Map(Object.entries(known.stats.scan.rules)))
  const none =
    known.rules.length === 0
      ? 'There are no rules yet. A rule says what to look for in the lines as they come, and how loud to be about it.'
      : 'No rule is so.'
  const shown = rules.length === 0 ? h('p', { class: 'none' }, none) : known.table.element
  keepFocus(list, () => list.replaceChildren(shown))
}

function drawFacts(facts: HTMLElement, { scan }: Stats): void {
  const broken = scan.compile_errors.length
  const parts = [
    `${scan.lines.toLocaleString('en')} lines looked at`,
    `${scan.watches} running ${scan.watches === 1 ? 'source' : 'sources'}`,
    `dropped: ${scan.dropped.cooldown} by cooldown, ${scan.dropped.bucket} by the limit of events`,
  ]
  const alarm = `${broken} ${broken === 1 ? 'rule is' : 'rules are'} out of use`
  const files = scan.file_errors.map(({ file, error }) => h('span', { class: 'error' }, `${file}: ${error}`))
  facts.replaceChildren(
    parts.join(' · '),
    ...(broken === 0 ? [] : [' · ', h('strong', { class: 'error' }, alarm)]),
    ...files,
  )
}
