/** A text that whatever matches a regular expression must hold: searching for it first spares most lines the expression. */

/** Shorter ones are everywhere. */
const MIN_LENGTH = 3

/** undefined when there is none to be sure of: alternatives, flags, and what stands in groups are not looked into. */
export function requiredText(source: string): string | undefined {
  if (source.includes('(?') || source.includes('\\Q')) return undefined
  let best = ''
  let run = ''
  const end = () => {
    if (run.length > best.length) best = run
    run = ''
  }
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!
    if (char === '|') return undefined
    if (char === '*' || char === '?' || char === '{') {
      // What this repeats need not be there.
      run = run.slice(0, -1)
      end()
      if (char === '{') i = source.indexOf('}', i)
      if (i < 0) return undefined
    } else if (char === '[' || char === '(') {
      end()
      i = char === '[' ? classEnd(source, i) : groupEnd(source, i)
      if (i < 0) return undefined
    } else if (char === '\\') {
      const escaped = source[++i] ?? ''
      if (/[!-/:-@[-`{-~]/.test(escaped)) run += escaped
      else if (/[dDwWsSbBAz]/.test(escaped)) end()
      else return undefined
    } else if (char === '^' || char === '$' || char === '.' || char === '+') end()
    else if (/[ -~]/.test(char)) run += char
    else return undefined
  }
  end()
  return best.length >= MIN_LENGTH ? best : undefined
}

/** The ] that closes the class at `at`; -1 when it is none that is plain to read. */
function classEnd(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '[') return -1
    else if (source[i] === ']' && i > at + 1 && !(i === at + 2 && source[at + 1] === '^')) return i
  }
  return -1
}

/** The ) that closes the group at `at`. */
function groupEnd(source: string, at: number): number {
  let depth = 0
  for (let i = at; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '[') {
      i = classEnd(source, i)
      if (i < 0) return -1
    } else if (source[i] === '(') depth++
    else if (source[i] === ')' && --depth === 0) return i
  }
  return -1
}
