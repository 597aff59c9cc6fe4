/** What Loki checks when the whole query is read: faults, from left to right, and selectors that select everything. */

import type { LabelFilter, StageExpr } from '../ast.ts'
import { parseError } from '../error.ts'
import type { Matcher } from '../matcher.ts'
import type { Node } from './nodes.ts'

export const NO_MATCHERS =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'

/** Throws the first fault. */
export function checkTree(root: Node): void {
  const open: Node[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('fault' in node && node.fault !== undefined) throw node.fault
    if (node.kind === 'log') checkMatchers(node.matchers)
    else if (node.kind === 'range') checkMatchers(node.log.matchers)
    else if (node.kind === 'variants') {
      checkMatchers(node.of.log.matchers)
      for (const variant of node.variants) throwFaults(variant)
    } else if (node.kind === 'vector' && node.op.startsWith('sort') && (node.grouping?.labels.length ?? 0) > 0)
      throw parseError("sort and sort_desc doesn't allow grouping by ")
    open.push(...childrenOf(node).reverse())
  }
}

function checkMatchers(matchers: readonly Matcher[]): void {
  if (!matchers.some((matcher) => !matcher.matches(''))) throw parseError(NO_MATCHERS)
}

/** Loki would fall over a fault in a variant; here it is told. */
function throwFaults(root: Node): void {
  const open: Node[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('fault' in node && node.fault !== undefined) throw node.fault
    open.push(...childrenOf(node))
  }
}

function childrenOf(node: Node): Node[] {
  if (node.kind === 'binary') return [node.left, node.right]
  return node.kind === 'vector' || node.kind === 'label_replace' ? [node.inner] : []
}

/**
 * Levels of a tree. Whoever walks one does so by recursion, and the stack has to last: Loki's grows, JavaScript's does
 * not. No query that a person or a dashboard wrote comes near.
 */
const MAX_DEPTH = 1_500

/** Throws when a query nests deeper than can be evaluated. */
export function checkDepth(root: Node): void {
  const open: [node: Node, depth: number][] = [[root, 1]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next
    if (depth > MAX_DEPTH) throw tooDeep()
    if (node.kind === 'log') checkStagesDepth(node.stages)
    if (node.kind === 'range') checkStagesDepth(node.log.stages, node.unwrap?.filters)
    const children = node.kind === 'variants' ? node.variants : childrenOf(node)
    for (const child of children) open.push([child, depth + 1])
  }
}

function checkStagesDepth(stages: readonly StageExpr[], filters: readonly LabelFilter[] = []): void {
  const open: [filter: LabelFilter, depth: number][] = []
  for (const stage of stages) if (stage.kind === 'label') open.push([stage.filter, 1])
  for (const filter of filters) open.push([filter, 1])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [filter, depth] = next
    if (depth > MAX_DEPTH) throw tooDeep()
    if (filter.kind === 'and' || filter.kind === 'or') open.push([filter.left, depth + 1], [filter.right, depth + 1])
  }
}

function tooDeep() {
  return parseError(`the query nests deeper than ${MAX_DEPTH} levels`)
}
