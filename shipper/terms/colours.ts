/** Which colours a terminal takes. NO_COLOR, FORCE_COLOR and TERM=dumb are heard; CI is not: what it reads, programs read. */
import picocolors from 'picocolors'

export type Colours = ReturnType<typeof picocolors.createColors>

type Env = Readonly<Record<string, string | undefined>>

export function coloursFor(env: Env, isTerminal: boolean): Colours {
  return picocolors.createColors(hasColours(env, isTerminal))
}

/** Those of this process's stdout. */
export const colours = coloursFor(process.env, process.stdout.isTTY === true)

function hasColours(env: Env, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return isTerminal && env['TERM'] !== 'dumb'
}
