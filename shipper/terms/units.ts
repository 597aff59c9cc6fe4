/** Durations and sizes as people write them. The schema's patterns have checked the text before it comes here. */

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** "1m30s" → 90000 milliseconds. */
export function durationMs(text: string): number {
  let total = 0
  for (const [, number, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * MS[unit as keyof typeof MS]
  }
  return total
}

const BYTES: Record<string, number> = {
  B: 1,
  k: 1000,
  kB: 1000,
  KB: 1000,
  KiB: 1024,
  M: 1e6,
  MB: 1e6,
  MiB: 1024 ** 2,
  G: 1e9,
  GB: 1e9,
  GiB: 1024 ** 3,
}

/** "1MiB" → 1048576 bytes; a bare number is bytes. */
export function sizeBytes(text: string | number): number {
  const [, number, unit] = /^([0-9.]+) ?([A-Za-z]*)$/.exec(String(text)) ?? ['', '0', '']
  return Math.floor(Number(number) * (unit === '' ? 1 : BYTES[unit]))
}
