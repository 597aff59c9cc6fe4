/** LogQL's grammar put together, and its tables, made when the first query comes. */
import { filterRules } from './filterrules.ts'
import { buildTables, type Tables } from './lalr.ts'
import { logRules } from './logrules.ts'
import { metricRules } from './metricrules.ts'
import type { Rule } from './rule.ts'
import { precedence, rightAssociative, terminals } from './tokens.ts'

/** By the tables' numbers; 0 is the start. */
export const rules: readonly (Rule | undefined)[] = [undefined, ...metricRules, ...logRules, ...filterRules]

let built: Tables | undefined

export function tables(): Tables {
  built ??= buildTables({
    terminals: terminals.map(({ name }) => name),
    precedence,
    rightAssociative,
    rules: rules.slice(1) as Rule[],
  })
  return built
}
