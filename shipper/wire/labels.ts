/**
 * A stream's labels as Loki holds them: sorted by name, empty values gone, written {a="b", c="d"}.
 * The text is read as Prometheus's ParseMetric reads it, with its messages.
 */
import { quote, unquote } from './quote.ts'

export type Label = readonly [name: string, value: string]

export interface LabelError {
  readonly error: string
}

/** Sorts by code point and drops empty values, which mean "no such label". */
export function sortLabels(labels: readonly Label[]): Label[] {
  return labels.filter(([, value]) => value !== '').sort((a, b) => compareText(a[0], b[0]))
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function writeLabels(labels: readonly Label[]): string {
  return `{${labels.map(([name, value]) => `${LABEL_NAME.test(name) ? name : quote(name)}=${quote(value)}`).join(', ')}}`
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export function isLabelName(name: string): boolean {
  return LABEL_NAME.test(name)
}

const TOKEN = /([a-zA-Z_:][a-zA-Z0-9_:]*)|([{},=])|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/y
const SPACE = /[ \t\r\n]*/y

/** Labels as they were pushed, or why Prometheus's parser would refuse them. `isStrict`: also U+FFFD, as Loki does. */
export function readLabels(text: string, isStrict = false): Label[] | LabelError {
  const tokens = tokenize(text)
  if (!Array.isArray(tokens)) return tokens
  const labels: Label[] = []
  let at = 0
  const fail = (message: string): LabelError => ({ error: place(text, tokens[at]?.at ?? text.length, message) })
  if (tokens[at]?.kind === 'name') labels.push(['__name__', tokens[at++]!.text])
  if (tokens[at] === undefined) return labels.length > 0 ? labels : fail('unexpected end of input')
  if (tokens[at]!.text !== '{') return fail(`unexpected ${describe(tokens[at])}`)
  at++
  while (tokens[at]?.text !== '}') {
    const name = tokens[at]
    if (name?.kind !== 'name' || name.text.includes(':')) {
      return fail(`unexpected ${describe(name)} in label set, expected label name or "}"`)
    }
    at++
    if (tokens[at]?.text !== '=') return fail(`unexpected ${describe(tokens[at])} in label set, expected "="`)
    at++
    const quoted = tokens[at]
    const value = quoted?.kind === 'string' ? unquote(quoted.text) : undefined
    if (value === undefined) return fail(`unexpected ${describe(quoted)} in label set, expected string`)
    if (isStrict && value.includes('\ufffd')) return fail('invalid UTF-8 rune')
    at++
    labels.push([name.text, value])
    if (tokens[at]?.text === ',') at++
    else if (tokens[at]?.text !== '}')
      return fail(`unexpected ${describe(tokens[at])} in label set, expected "," or "}"`)
  }
  at++
  if (tokens[at] !== undefined) return fail(`unexpected ${describe(tokens[at])}`)
  return sortLabels(labels)
}

interface Token {
  readonly kind: 'name' | 'mark' | 'string'
  readonly text: string
  readonly at: number
}

function tokenize(text: string): Token[] | LabelError {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    SPACE.lastIndex = at
    SPACE.exec(text)
    at = SPACE.lastIndex
    if (at >= text.length) return tokens
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (match === null) {
      const inside = tokens.length === 0 ? '' : ' inside braces'
      const what = /["'`]/.test(text[at]!)
        ? 'unterminated quoted string'
        : `unexpected character${inside}: '${text[at]}'`
      return { error: place(text, at, what) }
    }
    const kind = match[1] !== undefined ? 'name' : match[2] !== undefined ? 'mark' : 'string'
    tokens.push({ kind, text: match[0], at })
    at = TOKEN.lastIndex
  }
}

function describe(token: Token | undefined): string {
  if (token === undefined) return 'end of input'
  if (token.kind === 'name') return `identifier ${quote(token.text)}`
  return token.kind === 'string' ? `string ${token.text}` : `"${token.text}"`
}

function place(text: string, at: number, message: string): string {
  const before = text.slice(0, at).split('\n')
  return `${before.length}:${before.at(-1)!.length + 1}: parse error: ${message}`
}
