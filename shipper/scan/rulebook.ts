/**
 * All rules, of longship.yaml, of the watched folder and of the API, and the one snapshot of them that is in force. Every
 * change makes a new snapshot that replaces the old one whole: whoever holds one has all of one version.
 */
import { randomBytes } from 'node:crypto'
import { type Answer, done, refused } from '../terms/answer.ts'
import { mergePatch, readDraft } from './draft.ts'
import { RuleFolder } from './folder.ts'
import type { RuleSettings } from './rule.ts'
import { makeSnapshot, type Snapshot, type StoredRule } from './snapshot.ts'
import { openState, type RuleState } from './state.ts'
import { testRule } from './try.ts'
import type { EffectiveRule, Interpret, RuleTest, RuleView } from './view.ts'

export interface RulebookOptions {
  /** Of longship.yaml, checked by its schema. */
  readonly configured: readonly RuleSettings[]
  /** The configuration's file, as its rules show it. */
  readonly configFile?: string | undefined
  /** Watched for *.yaml and *.yml. */
  readonly folder?: string | undefined
  /** Where the API's rules are kept. */
  readonly stateFile: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onProblem: (path: string, message: string) => void
  /** Reads the sample lines of `test`. */
  readonly interpret?: Interpret | undefined
  /** Six bytes for a rule's id. */
  readonly random?: (() => Buffer) | undefined
  readonly watch?: { readonly quietMs: number; readonly pollMs: number } | undefined
}

export interface Rulebook {
  /** Frozen; swapped whole. */
  readonly snapshot: Snapshot
  /** Files that cannot be read as rules: path and message. */
  readonly problems: ReadonlyMap<string, string>
  list(filter?: { readonly workload?: string | undefined; readonly origin?: string | undefined }): RuleView[]
  get(id: string): RuleView | undefined
  create(draft: unknown): Answer<RuleView>
  /** RFC 7396: what is absent stays, what is null goes back to its default, or away. */
  patch(id: string, patch: unknown): Answer<RuleView>
  /** A global rule goes with the overrides that the API made of it, in one step. */
  remove(id: string): Answer<{ readonly deleted: string[] }>
  effective(workload: string): EffectiveRule[]
  test(request: unknown): Answer<RuleTest>
  /** Looks at the folder now, instead of when it is told or polls. */
  refresh(): void
  close(): Promise<void>
}

/** Of the API. */
const MAX_RULES = 1000

/** Never throws for what a file holds: that is reported, and the rest is in force. */
export function openRulebook(options: RulebookOptions): Rulebook {
  return new Book(options)
}

class Book implements Rulebook {
  snapshot: Snapshot
  private readonly options: RulebookOptions
  private readonly configured: readonly StoredRule[]
  private readonly folder: RuleFolder | undefined
  private readonly state: RuleState
  private made: readonly StoredRule[]

  constructor(options: RulebookOptions) {
    this.options = options
    const { configured, configFile, folder, stateFile, now, onProblem, watch } = options
    this.configured = configured.map((settings) => ({ settings, origin: 'config', file: configFile }))
    this.state = openState(stateFile, now, onProblem)
    this.made = this.state.rules
    this.folder =
      folder === undefined ? undefined : new RuleFolder({ folder, onProblem, onChange: () => this.swap(), ...watch })
    this.snapshot = makeSnapshot(1, this.all(this.made))
    this.tellFaults(undefined)
  }

  get problems(): ReadonlyMap<string, string> {
    return this.folder?.problems ?? new Map()
  }

  list({ workload, origin }: { workload?: string | undefined; origin?: string | undefined } = {}): RuleView[] {
    return this.snapshot.views.filter(
      (view) =>
        (workload === undefined || view.workload === workload) && (origin === undefined || view.origin === origin),
    )
  }

  get(id: string): RuleView | undefined {
    return this.snapshot.view(id)
  }

  create(draft: unknown): Answer<RuleView> {
    const read = readDraft(draft)
    if (!read.ok) return read
    if (this.made.length >= MAX_RULES) {
      return refused('full', { path: '', message: `there are ${MAX_RULES} rules of the API already.` })
    }
    const id = this.newId()
    return this.put([...this.made, { id, settings: read.value, origin: 'api' }], id)
  }

  patch(id: string, patch: unknown): Answer<RuleView> {
    const found = this.own(id)
    if (!found.ok) return found
    const merged = mergePatch(found.value.settings, patch)
    if (!merged.ok) return merged
    const { workload } = merged.value
    const overrides = this.overridesOf(id)
    if (workload !== undefined && overrides.length > 0) {
      const ids = overrides.map((rule) => rule.id).join(', ')
      const message = `only a global rule can be overridden, and ${ids} would be left without one.`
      return refused('conflict', { path: 'workload', message })
    }
    const next = this.made.map((rule) => (rule.id === id ? { ...rule, settings: merged.value } : rule))
    return this.put(next, id)
  }

  remove(id: string): Answer<{ readonly deleted: string[] }> {
    const found = this.own(id)
    if (!found.ok) return found
    const gone = new Set([id, ...this.overridesOf(id).map((rule) => rule.id as string)])
    const kept = this.save(this.made.filter((rule) => !gone.has(rule.id as string)))
    return kept.ok ? done({ deleted: [...gone] }) : kept
  }

  effective(workload: string): EffectiveRule[] {
    return this.snapshot.effective(workload)
  }

  test(request: unknown): Answer<RuleTest> {
    return testRule(request, this.snapshot, this.options.interpret, this.options.now)
  }

  refresh(): void {
    this.folder?.refresh()
  }

  async close(): Promise<void> {
    this.folder?.close()
  }

  /** A rule that the API may change. */
  private own(id: string): Answer<StoredRule> {
    const rule = this.made.find((each) => each.id === id)
    if (rule !== undefined) return done(rule)
    const view = this.get(id)
    if (view === undefined) return refused('missing', { path: '', message: `there is no rule ${JSON.stringify(id)}.` })
    const where = view.file ?? 'longship.yaml'
    return refused('readonly', { path: '', message: `${JSON.stringify(id)} comes from ${where}: change it there.` })
  }

  /** Only a global rule has any. */
  private overridesOf(id: string): StoredRule[] {
    return this.made.filter(({ settings }) => settings.overrides === id)
  }

  /** Keeps the API's rules with one that is new or changed, unless that one would not be in force. */
  private put(next: readonly StoredRule[], id: string): Answer<RuleView> {
    const snapshot = makeSnapshot(this.snapshot.version + 1, this.all(next), this.snapshot)
    const error = snapshot.view(id)?.error
    if (error !== undefined) return refused('conflict', { path: 'overrides', message: `${error}.` })
    const kept = this.save(next, snapshot)
    return kept.ok ? done(snapshot.view(id) as RuleView) : kept
  }

  /** On the disk first, then in force. */
  private save(next: readonly StoredRule[], snapshot?: Snapshot): Answer<undefined> {
    const fault = this.state.save(next)
    if (fault !== undefined) return refused('failed', { path: '', message: fault })
    this.made = next
    this.swap(snapshot)
    return done(undefined)
  }

  private swap(snapshot?: Snapshot): void {
    const before = this.snapshot
    this.snapshot = snapshot ?? makeSnapshot(before.version + 1, this.all(this.made), before)
    this.tellFaults(before)
  }

  /** Rules that are newly out of force. */
  private tellFaults(before: Snapshot | undefined): void {
    for (const { id, file, error } of this.snapshot.views) {
      if (error === undefined || before?.view(id)?.error === error) continue
      this.options.onProblem(file ?? `rule ${id}`, `rule ${JSON.stringify(id)} is left out: ${error}`)
    }
  }

  private all(made: readonly StoredRule[]): StoredRule[] {
    return [...this.configured, ...(this.folder?.rules ?? []), ...made]
  }

  private newId(): string {
    const random = this.options.random ?? (() => randomBytes(6))
    for (;;) {
      const id = `rule_${random().toString('hex')}`
      if (this.get(id) === undefined) return id
    }
  }
}
