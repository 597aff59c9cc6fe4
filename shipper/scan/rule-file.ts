/** A YAML file of rules: `rules:` and a list, each of the one shape that longship.yaml and the API have. */
import { entriesOf, isEmpty, itemsOf, type Place, readYaml, scalarOf, shown } from '../../loki/yaml/source.ts'
import { readSettings } from './draft.ts'
import type { RuleSettings } from './rule.ts'

/** Rules of one file. */
const MAX_RULES = 1000

/** Tests stand beside the rules; `longship rules test` runs them, and nothing else reads them. */
const KEYS = ['rules', 'rule_files', 'tests']

export type RuleFile = { readonly rules: readonly RuleSettings[] } | { readonly fault: string }

/** All of its rules, or what is wrong with the first that is. Whether patterns compile is not asked. Never throws. */
export function readRuleFile(text: string): RuleFile {
  const { root, problems } = readYaml(text)
  if (problems.length > 0) return { fault: `line ${problems[0].line}: ${problems[0].message.split('\n')[0]}` }
  const top = root === undefined ? undefined : entriesOf(root)
  if (top === undefined) return { fault: 'needs `rules:` and a list of rules.' }
  const unknown = top.find(({ key }) => !KEYS.includes(key))
  if (unknown !== undefined) {
    return { fault: `line ${unknown.at.line}: ${unknown.key} is not known. Known: ${KEYS.join(', ')}.` }
  }
  const listed = top.find(({ key }) => key === 'rules')?.value
  // A file of tests alone, beside the rules that it is about.
  if (listed === undefined && top.length > 0) return { rules: [] }
  if (listed === undefined) return { fault: 'needs `rules:` and a list of rules.' }
  const items = itemsOf(listed)
  if (items === undefined) return { fault: `line ${listed.line}: rules must be a list, not ${shown(listed)}.` }
  if (items.length > MAX_RULES) return { fault: `holds ${items.length} rules; at most ${MAX_RULES} are taken.` }
  const rules: RuleSettings[] = []
  for (const [index, item] of items.entries()) {
    const read = readItem(item)
    const where = `rules[${index}] (line ${item.line})`
    if ('fault' in read) return { fault: `${where}: ${read.fault}` }
    rules.push(read.rule)
  }
  // A document may unfold to more than its size: said only once it was walked.
  return problems.length > 0 ? { fault: problems[0].message } : { rules }
}

function readItem(item: Place): { readonly rule: RuleSettings } | { readonly fault: string } {
  const entries = entriesOf(item)
  if (entries === undefined) return { fault: `must be a mapping, not ${shown(item)}.` }
  const draft = new Map<string, unknown>()
  for (const { key, value } of entries) if (!isEmpty(value)) draft.set(key, scalarOf(value) ?? [])
  const read = readSettings(Object.fromEntries(draft))
  return read.ok ? { rule: read.value } : { fault: read.refusal.problems.map(({ message }) => message).join(' ') }
}
