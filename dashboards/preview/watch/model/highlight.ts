/** A matched line in pieces: what lies outside of the match, inside of it, and inside of which capture. */
import type { Spans } from './shapes.ts'

export interface Piece {
  readonly text: string
  readonly isHit: boolean
  /** The innermost capture that it lies in. */
  readonly capture: string | undefined
  /** Captures that begin with this piece, the widest first: their names stand before it. */
  readonly begins: readonly string[]
}

interface Range {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Offsets beyond the text, turned around or no numbers are no offsets: what they are of is left out. */
export function pieces(text: string, hit: readonly [number, number] | undefined, spans: Spans): Piece[] {
  const isInside = ({ start, end }: Range) =>
    Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length
  const ranges = Object.entries(spans)
    .map(([name, [start, end]]) => ({ name, start, end }))
    .filter(isInside)
    .sort((a, b) => a.start - b.start || b.end - a.end)
  const whole = hit === undefined ? undefined : { name: '', start: hit[0], end: hit[1] }
  const all = whole !== undefined && isInside(whole) ? [whole, ...ranges] : ranges
  const edges = [...new Set([0, text.length, ...all.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b)
  const isOver = ({ start, end }: Range, at: number, to: number) => start <= at && end >= to && start < end
  return edges.flatMap((at, index) => {
    // The last edge has a piece only where an empty capture stands behind everything.
    const to = edges[index + 1] ?? at
    const begins = ranges.filter(({ start }) => start === at).map(({ name }) => name)
    if (to === at && (begins.length === 0 || text.length > at)) return []
    const inner = ranges.filter((range) => isOver(range, at, to)).sort((a, b) => a.end - a.start - (b.end - b.start))[0]
    const isHit = whole !== undefined && to > at && isOver(whole, at, to)
    return [{ text: text.slice(at, to), isHit, capture: inner?.name, begins }]
  })
}

/** Characters that nobody sees, and those that turn the direction of text around, as their codes: ⟨202E⟩. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (each) => `⟨${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}
