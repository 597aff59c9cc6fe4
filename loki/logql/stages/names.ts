/**
 * Expressions of `| logfmt name="key"` and `| json name="path"`, with the messages of Loki's two generated parsers
 * (pkg/logql/log/{logfmt,jsonexpr}). Throw an Error with the message, without what Loki's parser puts in front of it.
 */

interface Token {
  readonly kind: string
  readonly text: string
}

const SPACE: ReadonlySet<string> = new Set([' ', '\t', '\n'])

function scan(text: string, marks: ReadonlyMap<string, string>, fieldKind: string, hasIndexes: boolean) {
  const tokens: Token[] = []
  const chars = [...text]
  let at = 0
  let fault: string | undefined
  while (at < chars.length) {
    const char = chars[at]!
    if (SPACE.has(char)) at++
    else if (char === '\0') break
    else if (hasIndexes && /[0-9]/.test(char)) {
      let digits = ''
      for (; at < chars.length && !SPACE.has(chars[at]!) && chars[at] !== ']'; at++) {
        const next = chars[at]!
        if (next === '.') fault = 'cannot use float as array index'
        else if (!/[0-9]/.test(next)) fault = `non-integer value: ${next}`
        if (fault !== undefined) return { tokens, fault }
        digits += next
      }
      if (at >= chars.length || digits.length > 18) return { tokens, fault: 'non-integer value' }
      tokens.push({ kind: 'INDEX', text: digits })
    } else if (marks.has(char)) {
      tokens.push({ kind: marks.get(char)!, text: char })
      at++
    } else if (/[a-zA-Z_]/.test(char)) {
      let name = ''
      for (; at < chars.length && /[a-zA-Z0-9_]/.test(chars[at]!); at++) name += chars[at]
      tokens.push({ kind: fieldKind, text: name })
    } else if (char === '"') {
      let inner = ''
      for (at++; at < chars.length && chars[at] !== '"' && chars[at] !== ']' && chars[at] !== '\0'; at++) {
        inner += chars[at]
      }
      at++
      tokens.push({ kind: 'STRING', text: inner })
    } else {
      fault = `unexpected char ${char}`
      break
    }
  }
  return { tokens, fault }
}

function unexpected(token: Token | undefined, expected: readonly string[]): Error {
  const wanted = expected.length > 0 ? `, expecting ${expected.join(' or ')}` : ''
  return new Error(`syntax error: unexpected ${token?.kind ?? '$end'}${wanted}`)
}

/** A logfmt expression: a key, bare or quoted; more quoted ones are appended. */
export function readLogfmtKey(text: string): string {
  const { tokens, fault } = scan(text, new Map(), 'KEY', false)
  return parsed(fault, () => {
    const [first, ...rest] = tokens
    if (first === undefined) throw unexpected(first, ['STRING', 'KEY'])
    for (const token of rest) if (token.kind !== 'STRING') throw unexpected(token, [])
    // A text behind the first makes a key that no line has.
    return tokens.map((token) => token.text).join(' ')
  })
}

const JSON_MARKS: ReadonlyMap<string, string> = new Map([
  ['[', 'LSB'],
  [']', 'RSB'],
  ['.', 'DOT'],
])

/** A JSON path: a.b[0]["c"]; an index is written [0]. */
export function readJsonPath(text: string): string[] {
  const { tokens, fault } = scan(text, JSON_MARKS, 'FIELD', true)
  return parsed(fault, () => {
    const path: string[] = []
    let at = 0
    const take = (kind: string, expected: readonly string[] = [kind]) => {
      const token = tokens[at++]
      if (token?.kind !== kind) throw unexpected(token, expected)
      return token.text
    }
    const access = () => {
      at++
      const token = tokens[at]
      const text = token?.kind === 'INDEX' ? `[${Number(take('INDEX'))}]` : take('STRING', ['STRING', 'INDEX'])
      take('RSB')
      return text
    }
    if (tokens[0]?.kind === 'LSB') path.push(access())
    else path.push(take('FIELD', ['LSB', 'FIELD']))
    while (at < tokens.length) {
      if (tokens[at]!.kind === 'LSB') path.push(access())
      else {
        take('DOT', [])
        path.push(take('FIELD'))
      }
    }
    return path
  })
}

/** What the grammar says of the input that ended at a wrong letter goes before what is wrong with the letter. */
function parsed<T>(fault: string | undefined, parse: () => T): T {
  const result = parse()
  if (fault !== undefined) throw new Error(fault)
  return result
}
