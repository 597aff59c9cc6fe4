/**
 * Reads test/redact/<rule>.txt: `+ text => redacted`, `- text that stays`. \n is a line end; {A36} stands for 36 letters
 * and digits (a: with small ones first, x: hex, d: digits, U: capitals and 2-7), so that no file holds what scanners of
 * repositories take for a secret.
 */
import { readFileSync } from 'node:fs'

export interface Sample {
  readonly text: string
  /** Undefined: it stays. */
  readonly redacted: string | undefined
}

const ALPHABETS: Record<string, string> = {
  A: 'q7ZkT2mXw9RbL4cYpN8vGdH3sJfKa6W1eUoQ5tSxBiCyDzEgFhMjVnAuPr',
  a: 'w7Jalr9XUtnFEMIzK5MDqENGbPxRfi3CYzsEXtAPkLuEKvEYo2',
  x: '3f9a0c7e1b52d846',
  d: '7301952846',
  U: 'QX7ZKT2MW3RBL4CYPN5VGDH6SJFKAUE',
}

export function expand(text: string): string {
  return text
    .replaceAll('\\n', '\n')
    .replace(/\{([AaxdU])([0-9]+)\}/g, (_, kind: string, count: string) =>
      Array.from({ length: Number(count) }, (_, i) => ALPHABETS[kind][(i * 7 + i) % ALPHABETS[kind].length]).join(''),
    )
}

export function readSamples(rule: string): Sample[] {
  const lines = readFileSync(new URL(`./${rule}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
  return lines.map((line) => {
    if (line.startsWith('- ')) return { text: expand(line.slice(2)), redacted: undefined }
    const arrow = line.lastIndexOf(' => ')
    if (!line.startsWith('+ ') || arrow === -1)
      throw new Error(`${rule}.txt: ${line} is neither + text => text nor - text`)
    // Rails hashes hold => too, but never with blanks on both sides.
    return { text: expand(line.slice(2, arrow)), redacted: expand(line.slice(arrow + 4)) }
  })
}
