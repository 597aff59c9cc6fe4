/** Upper and lower case as Go has it, character by character: İ is i, ß stays, Σ at a word's end is σ. */

export function lower(text: string): string {
  return text.toLowerCase().length === text.length && !text.includes('Σ')
    ? text.toLowerCase()
    : [...text].map((char) => [...char.toLowerCase()][0]!).join('')
}

export function upper(text: string): string {
  const whole = text.toUpperCase()
  return whole.length === text.length ? whole : [...text].map(upperChar).join('')
}

function upperChar(char: string): string {
  const mapped = char.toUpperCase()
  return [...mapped].length === 1 ? mapped : char
}
