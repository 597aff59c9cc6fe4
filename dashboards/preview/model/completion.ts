/** What could stand at the cursor of a LogQL query that someone types. */
import { FUNCTIONS, quote, STAGES, type Token, tokenize } from './logql.ts'

/** `from`: where what is typed begins; what is chosen replaces it up to the cursor. */
export type Wanted =
  | { readonly kind: 'label'; readonly from: number; readonly typed: string }
  | { readonly kind: 'value'; readonly from: number; readonly typed: string; readonly label: string }
  | { readonly kind: 'stage'; readonly from: number; readonly typed: string }
  | { readonly kind: 'field'; readonly from: number; readonly typed: string }
  | { readonly kind: 'function'; readonly from: number; readonly typed: string }

const MATCHERS = new Set(['=', '!=', '=~', '!~'])

/** Undefined: nothing that a list could help with. */
export function wantedAt(text: string, cursor: number): Wanted | undefined {
  const all = tokenize(text.slice(0, cursor))
  const last = all.at(-1)
  const isTyping = last !== undefined && (last.kind === 'name' || last.kind === 'keyword' || last.kind === 'function')
  const before = all.slice(0, isTyping ? -1 : undefined).filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  const typed = isTyping ? last.text : ''
  const at = { from: cursor - typed.length, typed }
  const previous = before.at(-1)
  if (last?.kind === 'comment') return undefined
  if (last?.kind === 'string' && !isClosed(last.text)) {
    const [label, operator] = before.slice(-3, -1)
    const isValue = isInSelector(before.slice(0, -1)) && MATCHERS.has(operator?.text ?? '')
    return isValue ? { kind: 'value', from: last.at, typed: last.text.slice(1), label: label!.text } : undefined
  }
  if (isInSelector(before)) {
    if (previous!.text === '{' || previous!.text === ',') return { kind: 'label', ...at }
    if (!MATCHERS.has(previous!.text)) return undefined
    return { kind: 'value', ...at, label: before.at(-2)?.text ?? '' }
  }
  if (isInGrouping(before)) return { kind: 'label', ...at }
  if (previous?.text === '|') return { kind: 'stage', ...at }
  if (['unwrap', 'keep', 'drop'].includes(previous?.text ?? '')) return { kind: 'field', ...at }
  if (['and', 'or'].includes(previous?.text ?? '') && isInPipeline(before)) return { kind: 'field', ...at }
  const isStart = previous === undefined || /^[(+\-*/%^]$/.test(previous.text)
  return isStart && (isTyping || previous === undefined) ? { kind: 'function', ...at } : undefined
}

function isClosed(text: string): boolean {
  return text.length > 1 && text.at(-1) === text[0] && !/(?:^|[^\\])(?:\\\\)*\\["]$/.test(text)
}

/** Behind a { that is not closed yet. */
function isInSelector(tokens: readonly Token[]): boolean {
  const open = tokens.findLastIndex(({ kind, text }) => kind === 'operator' && text === '{')
  const close = tokens.findLastIndex(({ kind, text }) => kind === 'operator' && text === '}')
  return open > close
}

/** Behind `by (` or `without (` that is not closed yet. */
function isInGrouping(tokens: readonly Token[]): boolean {
  const open = tokens.findLastIndex(({ text }) => text === '(')
  const close = tokens.findLastIndex(({ text }) => text === ')')
  return open > close && ['by', 'without', 'on', 'ignoring'].includes(tokens[open - 1]?.text ?? '')
}

function isInPipeline(tokens: readonly Token[]): boolean {
  const pipe = tokens.findLastIndex(({ text }) => text === '|')
  return pipe > tokens.findLastIndex(({ text }) => text === '[' || text === ']' || text === ')')
}

/** Those that begin with what is typed first, then those that contain it. */
export function matching(words: readonly string[], typed: string, max: number): string[] {
  const wanted = typed.toLowerCase()
  const starts = words.filter((word) => word.toLowerCase().startsWith(wanted))
  const holds = words.filter((word) => !word.toLowerCase().startsWith(wanted) && word.toLowerCase().includes(wanted))
  return [...starts, ...holds].slice(0, max)
}

/** Words that need no question. */
export const WORDS = { stage: STAGES, function: FUNCTIONS } as const

/** The word in the place of what is typed: values in quotes, functions with their parenthesis. */
export function complete(
  text: string,
  cursor: number,
  { kind, from }: Wanted,
  word: string,
): { text: string; cursor: number } {
  const rest = text.slice(cursor)
  const isQuoted = kind === 'value' && /^["`]/.test(rest)
  let written = word
  if (kind === 'value') written = isQuoted ? quote(word).slice(0, -1) : quote(word)
  if (kind === 'function' && !rest.startsWith('(')) written = `${word}(`
  const end = from + written.length + (isQuoted ? 1 : 0)
  return { text: text.slice(0, from) + written + rest, cursor: end }
}
