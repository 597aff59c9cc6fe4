/** A mined pattern, as the API tells it. */

export interface PatternView {
  readonly id: string
  readonly service: string
  readonly level: string
  /** Its text with <_> for what differs. */
  readonly template: string
  readonly lines: number
  readonly lines_last_minute: number
  /** RFC 3339. */
  readonly first_seen: string
  readonly last_seen: string
  /** One of its lines. */
  readonly sample: string
}

/** What holds the word somewhere; the most frequent first. */
export function findPatterns(patterns: readonly PatternView[], word: string): PatternView[] {
  const wanted = word.toLowerCase()
  return patterns
    .filter(({ template, sample }) => [template, sample].some((text) => text.toLowerCase().includes(wanted)))
    .sort((a, b) => b.lines_last_minute - a.lines_last_minute || b.lines - a.lines)
}
