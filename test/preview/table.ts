/**
 * Tables of cases as text: `in  in => out`, columns two blanks apart. # begins a comment line, \n stands for a line end and
 * (empty) for nothing.
 */
import { readFileSync } from 'node:fs'

export interface Case {
  readonly name: string
  readonly columns: readonly string[]
  readonly expected: string
}

export function readTable(file: string): Case[] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('# ')) return []
    const at = line.lastIndexOf(' => ')
    if (at < 0) throw new Error(`${file}:${index + 1}: no " => "`)
    const columns = line.slice(0, at).trim().split(/ {2,}/).map(read)
    return [{ name: `${file}:${index + 1} ${line.trim()}`, columns, expected: read(line.slice(at + 4).trim()) }]
  })
}

function read(text: string): string {
  return text === '(empty)' ? '' : text.replaceAll('\\n', '\n')
}
