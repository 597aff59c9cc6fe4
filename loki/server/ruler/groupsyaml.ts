/** Rule groups as the YAML that Loki's configuration API answers, indented and quoted as go-yaml does. */
import { stringify } from 'yaml'
import { compareText } from '../../../shipper/wire/labels.ts'
import { writePrometheusDuration } from '../../logql/units.ts'
import type { FolderFile } from './folder.ts'
import type { Rule, RuleGroup } from './rule.ts'

/** `labels` keeps the rules that carry one of these; all when there is none. */
export function groupsYaml(files: readonly FolderFile[], labels: readonly (readonly [string, string])[]): string {
  const namespaces = new Map<string, readonly Value[]>()
  for (const { name, groups } of [...files].sort((a, b) => compareText(a.name, b.name))) {
    const shown = groups.flatMap((group) => keepLabelled(group, labels))
    if (shown.length > 0) namespaces.set(name, shown.map(groupValue))
  }
  return namespaces.size === 0 ? '{}\n' : `${writeMap(namespaces, 0, 0)}\n`
}

function keepLabelled(group: RuleGroup, labels: readonly (readonly [string, string])[]): RuleGroup[] {
  if (labels.length === 0) return [group]
  const rules = group.rules.filter((rule) => labels.some(([name, value]) => rule.labels.get(name) === value))
  return rules.length === 0 ? [] : [{ ...group, rules }]
}

type Value = string | number | readonly Value[] | ReadonlyMap<string, Value>

/** Empty texts, maps and zeros of optional keys are left out. */
function mapOf(pairs: readonly (readonly [string, Value | undefined])[]): ReadonlyMap<string, Value> {
  return new Map(pairs.filter((pair): pair is [string, Value] => pair[1] !== undefined))
}

function groupValue({ name, intervalMs, limit, rules }: RuleGroup): Value {
  return mapOf([
    ['name', name],
    ['interval', intervalMs === undefined ? undefined : writePrometheusDuration(intervalMs)],
    ['limit', limit || undefined],
    ['rules', rules.map(ruleValue)],
  ])
}

function ruleValue(rule: Rule): Value {
  return mapOf([
    [rule.kind === 'recording' ? 'record' : 'alert', rule.name],
    ['expr', rule.expr],
    ['for', rule.forMs === 0 ? undefined : writePrometheusDuration(rule.forMs)],
    ['keep_firing_for', rule.keepFiringForMs === 0 ? undefined : writePrometheusDuration(rule.keepFiringForMs)],
    ['labels', rule.labels.size === 0 ? undefined : rule.labels],
    ['annotations', rule.annotations.size === 0 ? undefined : rule.annotations],
  ])
}

/** A level is four columns, and the dash of a list stands inside its level. `column`: where the first key stands already. */
function writeMap(map: ReadonlyMap<string, Value>, level: number, column: number): string {
  const lines: string[] = []
  for (const [key, value] of map) {
    const name = `${lines.length === 0 ? '' : ' '.repeat(column)}${writeScalar(key, 0)}:`
    if (value instanceof Map) {
      const inner = 4 * (level + 1)
      lines.push(`${name}\n${' '.repeat(inner)}${writeMap(value, level + 1, inner)}`)
    } else if (Array.isArray(value)) lines.push(name + writeList(value, level + 1))
    else lines.push(`${name} ${writeScalar(value as string | number, 4 * (level + 1))}`)
  }
  return lines.join('\n')
}

function writeList(items: readonly Value[], level: number): string {
  if (items.length === 0) return ' []'
  const dash = `\n${' '.repeat(4 * level)}- `
  return items
    .map((item) => dash + (item instanceof Map ? writeMap(item, level, 4 * level + 2) : writeScalar(item as string, 0)))
    .join('')
}

function writeScalar(value: string | number, indent: number): string {
  if (value === '') return '""'
  const text = stringify(value, { lineWidth: 0, singleQuote: true, blockQuote: 'literal', indent: 4 }).trimEnd()
  const [first, ...rest] = text.split('\n')
  return [first, ...rest.map((line) => (line === '' ? '' : ' '.repeat(Math.max(0, indent - 4)) + line))].join('\n')
}
