/** What the system threw away because we did not come to it in time: Linux counts it for each socket. */
import { readFileSync } from 'node:fs'

const TABLES = ['/proc/net/udp', '/proc/net/udp6']

/** Datagrams of the sockets on this port since they were opened; 0 where nobody counts. */
export function kernelDrops(port: number, read = textOf): number {
  return TABLES.reduce((drops, path) => drops + dropsOf(read(path), port), 0)
}

function dropsOf(table: string, port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let drops = 0
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/)
    if (columns[1]?.endsWith(end)) drops += Number(columns.at(-1)) || 0
  }
  return drops
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
