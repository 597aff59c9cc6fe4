/**
 * Filters over a text as Loki makes them of line filters and of label filters (pkg/logql/log/filter.go): where it can, a
 * regular expression becomes plain searches. For labels that is no optimisation only: foo=~"err.*" becomes "contains err".
 */
import { RE2JS } from 're2js'
import { requiredText } from './regextext.ts'
import { parseRegexTree, type RegexTree } from './regextree.ts'

export interface TextFilter {
  /** Passes everything. In an `or`, such a filter is dropped (as in Loki) and the others decide. */
  readonly isTrue: boolean
  test(text: string): boolean
}

export const TRUE_FILTER: TextFilter = { isTrue: true, test: () => true }

export function filterOf(test: (text: string) => boolean): TextFilter {
  return { isTrue: false, test }
}

export function notFilter(filter: TextFilter): TextFilter {
  return filterOf((text) => !filter.test(text))
}

export function orFilter(left: TextFilter, right: TextFilter): TextFilter {
  if (left.isTrue) return right
  return right.isTrue ? left : filterOf((text) => left.test(text) || right.test(text))
}

export function containsFilter(text: string, isFolded = false): TextFilter {
  if (text === '') return TRUE_FILTER
  if (!isFolded) return filterOf((line) => line.includes(text))
  const lower = text.toLowerCase()
  return filterOf((line) => line.toLowerCase().includes(lower))
}

export function equalFilter(text: string, isFolded = false): TextFilter {
  if (!isFolded) return filterOf((line) => line === text)
  const lower = text.toLowerCase()
  return filterOf((line) => line.length === lower.length && line.toLowerCase() === lower)
}

/** A regular expression over a line, or (anchored, unless Loki makes a search of it) over a label's value. Throws for a wrong one. */
export function regexFilter(source: string, isLabel: boolean): TextFilter {
  const tree = parseRegexTree(source)
  const simple = tree === undefined ? undefined : simplify(tree, isLabel)
  if (simple !== undefined) return simple
  if (!isLabel) {
    const regex = RE2JS.compile(source)
    const needed = requiredText(source)
    if (needed === undefined) return filterOf((line) => regex.test(line))
    return filterOf((line) => line.includes(needed) && regex.test(line))
  }
  const regex = RE2JS.compile(`^(?:${source})$`)
  return filterOf(remembered((value) => regex.test(value)))
}

/** Whether Loki makes a search of a label's regular expression; it writes the others in backticks. */
export function isSearch(source: string): boolean {
  const tree = parseRegexTree(source)
  return tree !== undefined && simplify(tree, true) !== undefined
}

/** Answers kept per expression: labels repeat. */
const MAX_KNOWN = 10_000

function remembered(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>()
  return (text) => {
    let answer = known.get(text)
    if (answer === undefined) {
      answer = test(text)
      if (known.size >= MAX_KNOWN) known.clear()
      known.set(text, answer)
    }
    return answer
  }
}

function simplify(tree: RegexTree, isLabel: boolean): TextFilter | undefined {
  switch (tree.kind) {
    case 'alternate': {
      let filter: TextFilter | undefined
      for (const part of tree.parts) {
        const next = simplify(part, isLabel)
        if (next === undefined) return undefined
        filter = filter === undefined ? next : orFilter(filter, next)
      }
      return filter
    }
    case 'concat':
      return simplifyConcat(tree.parts, '', false, isLabel)
    case 'literal':
      return isLabel ? equalFilter(tree.text, tree.isFolded) : containsFilter(tree.text, tree.isFolded)
    case 'any-plus':
      return filterOf((text) => text !== '')
    default:
      return TRUE_FILTER
  }
}

/** One literal, .* around it, and alternatives that follow it; no more than three steps. */
function simplifyConcat(
  all: readonly RegexTree[],
  start: string,
  isStartFolded: boolean,
  isLabel: boolean,
): TextFilter | undefined {
  const parts = all.filter((part) => part.kind !== 'empty').map(withoutCapture)
  // A capture of a single literal, alone: Loki looks through it.
  if (all.length === 1 && start === '' && parts.length === 1) return simplify(parts[0]!, isLabel)
  if (parts.length > 3) return undefined
  let text = start
  let isFolded = isStartFolded
  let literals = 0
  let filter: TextFilter | undefined
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (literals++ > 0) return undefined
      text += part.text
      isFolded = part.isFolded
    } else if (part.kind === 'alternate' && text !== '') {
      filter = simplifyAlternates(part.parts, text, filter, isFolded, isLabel)
      if (filter === undefined) return undefined
    } else if (part.kind !== 'any-star') return undefined
  }
  return filter ?? (text === '' ? undefined : containsFilter(text, isFolded))
}

function withoutCapture(tree: RegexTree): RegexTree {
  return tree.kind === 'concat' && tree.parts.length === 1 ? tree.parts[0]! : tree
}

/** Each alternative behind the text in front of them. */
function simplifyAlternates(
  alternatives: readonly RegexTree[],
  start: string,
  before: TextFilter | undefined,
  isFolded: boolean,
  isLabel: boolean,
): TextFilter | undefined {
  let filter = before
  const add = (next: TextFilter) => {
    filter = filter === undefined ? next : orFilter(filter, next)
  }
  for (const part of alternatives) {
    if (part.kind === 'literal') {
      if (!isFolded && part.isFolded) return undefined
      add(containsFilter(start + part.text, isFolded))
    } else if (part.kind === 'concat' && part.parts.length === 1) return undefined
    else if (part.kind === 'empty' || part.kind === 'any-star') add(containsFilter(start, isFolded))
    else if (part.kind === 'concat') {
      const next = simplifyConcat(part.parts, start, false, isLabel)
      if (next === undefined) return undefined
      add(next)
    } else return undefined
  }
  return filter
}
