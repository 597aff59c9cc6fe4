/** How short a text may be that a pattern still matches in: most values of fields are shorter. */
import type { RE2JS } from 're2js'
import { isRune, nextOf, OP, programOf } from './program.ts'

/** In characters: no text has fewer bytes. 0 where the empty text matches, and where nothing does. */
export function shortestMatch(regex: RE2JS): number {
  const { inst, start } = programOf(regex)
  const isDone = new Uint8Array(inst.length)
  let here = [start]
  for (let length = 0; here.length > 0; length++) {
    const further: number[] = []
    // What takes no character leads on within the same length.
    for (const pc of here) {
      if (isDone[pc] === 1) continue
      isDone[pc] = 1
      if (inst[pc].op === OP.MATCH) return length
      const ways = isRune(inst[pc]) ? further : here
      for (const next of nextOf(inst[pc])) ways.push(next)
    }
    here = further
  }
  return 0
}
