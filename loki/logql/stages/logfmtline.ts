/** go-logfmt's decoder: one line into keys and values. Linear, never throws. */

/** Called for each pair; returns false to stop. A key without `=` has the value ''. */
export type OnPair = (key: string, value: string) => boolean

/** Returns what was wrong with the line ('' when nothing was); pairs around a fault are still reported. `isStrict` stops at one. */
export function parseLogfmt(line: string, onPair: OnPair, isStrict = false): string {
  let error = ''
  let at = 0
  const { length } = line
  const fault = (message: string) => {
    if (error === '') error = `logfmt syntax error at pos ${at + 1} : ${message}`
    // Loki goes on behind the next space, as its decoder's Skip does.
    if (isStrict) at = length
    while (at < length && line.charCodeAt(at) > 32) at++
  }
  while (at < length) {
    while (at < length && line.charCodeAt(at) <= 32) at++
    if (at >= length) break
    const start = at
    while (at < length && isKeyChar(line.charCodeAt(at))) at++
    const char = line[at]
    if (char === '"') {
      fault(`unexpected '"'`)
      continue
    }
    const key = line.slice(start, at)
    if (char !== '=') {
      if (!onPair(key, '')) return error
      continue
    }
    if (key === '') {
      fault(`unexpected '='`)
      continue
    }
    at++
    const value = line[at] === '"' ? readQuoted() : readBare()
    if (value !== undefined && !onPair(key, value)) return error
  }
  return error

  function readBare(): string | undefined {
    const from = at
    while (at < length && isKeyChar(line.charCodeAt(at))) at++
    const char = line[at]
    if (char === '=' || char === '"') {
      fault(`unexpected '${char}'`)
      return undefined
    }
    return line.slice(from, at)
  }

  function readQuoted(): string | undefined {
    const from = at++
    let isEscaped = false
    for (; at < length; at++) {
      const char = line[at]
      if (char === '\\') {
        isEscaped = true
        at++
      } else if (char === '"') {
        at++
        if (!isEscaped) return line.slice(from + 1, at - 1)
        const text = unescapeText(line.slice(from, at))
        if (text === undefined) fault('invalid quoted value')
        return text
      }
    }
    at = Math.min(at, length)
    fault('unterminated quoted value')
    return undefined
  }
}

function isKeyChar(code: number): boolean {
  return code > 32 && code !== 61 && code !== 34
}

function unescapeText(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}
