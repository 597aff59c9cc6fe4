/**
 * Rules of all places → the set that is in force, as one value that never changes: whoever reads it sees all of one version.
 *
 * Order: the configuration's, the folder's by file name, the API's by age. What is decided where rules disagree:
 * - An id belongs to the API's rule that has it, else to the first; a later one of the same id is kept visible under
 *   `<id>~2`, with an error, and is not in force.
 * - An override stands for a rule that is there and global. One that names no rule, another override, or a rule of a
 *   workload is kept visible with an error, and is not in force.
 * - Of two overrides of one rule in one workload the first is in force, the later has an error.
 * - A rule that does not compile is left out as if it were not there: where it is an override, the global rule is in
 *   force again, also when it was to switch that off. An override of a global rule that does not compile, or is off,
 *   is in force by itself.
 */
import { durationMs } from '../terms/units.ts'
import { compilePattern, type Pattern } from './compile.ts'
import type { Rule, RuleSettings } from './rule.ts'
import type { EffectiveRule, RuleView } from './view.ts'

/** A rule as its place has it. */
export interface StoredRule {
  /** Of the API's rules; of files' it is the name. */
  readonly id?: string
  readonly settings: RuleSettings
  readonly origin: RuleView['origin']
  readonly file?: string | undefined
}

/** A rule that is in force in some workload. */
export interface LiveRule {
  readonly rule: Rule
  readonly pattern: Pattern
  readonly view: RuleView
}

export interface Snapshot {
  /** Grows with every swap. */
  readonly version: number
  /** All rules, those that are not in force too. */
  readonly views: readonly RuleView[]
  /** Those that compile, are enabled, and may be in force somewhere. */
  readonly live: readonly LiveRule[]
  /** Whether one of `live` is in force in a workload: global and not overridden there, or the workload's own. */
  isInForce(rule: Rule, workload: string): boolean
  view(id: string): RuleView | undefined
  effective(workload: string): EffectiveRule[]
}

/** `before`: patterns of an earlier snapshot need not be compiled again. */
export function makeSnapshot(version: number, stored: readonly StoredRule[], before?: Snapshot): Snapshot {
  const compile = compilerOf(before)
  const named = nameRules(stored)
  const compiled = named.map(({ id, error, rule }) => {
    const pattern = compile(rule.settings.pattern)
    return { id, rule, pattern, error: error ?? ('fault' in pattern ? pattern.fault : undefined) }
  })
  const byId = new Map(compiled.map((each) => [each.id, each]))
  /** By workload: the ids that something of its own stands for. */
  const replaced = new Map<string, Set<string>>()
  const views: RuleView[] = []
  const live: LiveRule[] = []
  for (const { id, rule, pattern, error } of compiled) {
    const wrong = error ?? overrideFault(rule.settings, byId, replaced)
    const view = viewOf(id, rule, wrong)
    views.push(view)
    if (wrong !== undefined || 'fault' in pattern) continue
    const { workload, overrides, enabled } = rule.settings
    if (workload !== undefined && overrides !== undefined) setOf(replaced, workload).add(overrides)
    if (enabled) live.push(Object.freeze({ rule: ruleOf(id, rule), pattern, view }))
  }
  const isInForce = (rule: Rule, workload: string) =>
    rule.workload === undefined
      ? replaced.size === 0 || replaced.get(workload)?.has(rule.id) !== true
      : rule.workload === workload
  const viewById = new Map(views.map((view) => [view.id, view]))
  return Object.freeze({
    version,
    views: Object.freeze(views),
    live: Object.freeze(live),
    isInForce,
    view: (id: string) => viewById.get(id),
    effective: (workload: string) =>
      live.filter(({ rule }) => isInForce(rule, workload)).map(({ rule, view }) => ({ ...view, from: kindOf(rule) })),
  })
}

function kindOf({ workload, overrides }: Rule): EffectiveRule['from'] {
  if (workload === undefined) return 'global'
  return overrides === undefined ? 'own' : 'override'
}

/** What an override cannot stand for, in words. `replaced`: what earlier ones stand for. */
function overrideFault(
  { overrides, workload }: RuleSettings,
  byId: ReadonlyMap<string, { readonly rule: StoredRule }>,
  replaced: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  if (overrides === undefined) return undefined
  const name = JSON.stringify(overrides)
  if (workload === undefined) return 'overrides needs workload: the service it is for'
  const target = byId.get(overrides)
  if (target === undefined) return `overrides names no rule: ${name}`
  if (target.rule.settings.workload !== undefined) return `overrides must name a global rule, ${name} is none`
  if (replaced.get(workload)?.has(overrides)) return `${name} is overridden in ${JSON.stringify(workload)} already`
  return undefined
}

interface NamedRule {
  readonly id: string
  readonly rule: StoredRule
  readonly error: string | undefined
}

function nameRules(stored: readonly StoredRule[]): NamedRule[] {
  const taken = new Map<string, StoredRule>()
  for (const rule of stored) if (rule.id !== undefined) taken.set(rule.id, rule)
  for (const rule of stored)
    if (rule.id === undefined && !taken.has(rule.settings.name)) taken.set(rule.settings.name, rule)
  const used = new Set(taken.keys())
  return stored.map((rule) => {
    const name = rule.id ?? rule.settings.name
    const owner = taken.get(name)
    if (owner === rule) return { id: name, rule, error: undefined }
    let count = 2
    while (used.has(`${name}~${count}`)) count++
    const id = `${name}~${count}`
    used.add(id)
    return { id, rule, error: `another rule is called ${JSON.stringify(name)}${whereOf(owner)}` }
  })
}

function whereOf(rule: StoredRule | undefined): string {
  return rule?.file === undefined ? '' : ` in ${rule.file}`
}

function compilerOf(before: Snapshot | undefined): (source: string) => Pattern | { readonly fault: string } {
  const known = new Map(before?.live.map(({ pattern }) => [pattern.source, pattern]))
  return (source) => known.get(source) ?? compilePattern(source)
}

function viewOf(id: string, { settings, origin, file }: StoredRule, error: string | undefined): RuleView {
  return Object.freeze({
    ...settings,
    id,
    origin,
    ...(file === undefined ? {} : { file }),
    ...(error === undefined ? {} : { error }),
  })
}

/** The shape that scanning works with. */
export function ruleOf(id: string, { settings, origin, file }: StoredRule): Rule {
  const { name, pattern, severity, streams, on, cooldown, enabled, workload, overrides, description } = settings
  const said = { name, pattern, severity, streams, on, enabled, workload, overrides, description }
  return Object.freeze({ id, ...said, cooldown_ms: durationMs(cooldown), origin, file })
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  let set = sets.get(key)
  if (set === undefined) {
    set = new Set()
    sets.set(key, set)
  }
  return set
}
