/** "Did you mean …?" for names that are not known. */
import { distance } from 'fastest-levenshtein'

/** ` Did you mean "nginx_error"?` for ngnix, or '' when nothing is near. */
export function didYouMean(value: unknown, known: readonly string[]): string {
  if (typeof value !== 'string' || value === '') return ''
  let best: { readonly name: string; readonly cost: number } | undefined
  for (const name of known) {
    const cost = Math.min(costOf(value, name), ...partsOf(name).map((part) => PART_COST + costOf(value, part)))
    if (best === undefined || cost < best.cost) best = { name, cost }
  }
  return best === undefined || best.cost === Number.POSITIVE_INFINITY
    ? ''
    : ` Did you mean ${JSON.stringify(best.name)}?`
}

/** A whole name that is as near as a part of another is meant. */
const PART_COST = 0.5
/** Longer words are compared as they stand: names are short, what was written may be anything. */
const MAX_SWAPPED = 40

/** Steps from one word to the other; infinite for more than one step in three letters: no typing error is that large. */
function costOf(value: string, name: string): number {
  const [written, meant] = [value.toLowerCase(), name.toLowerCase()]
  const steps = Math.min(distance(written, meant), ...swapped(written).map((word) => 1 + distance(word, meant)))
  const isNear = steps < meant.length && steps <= Math.max(1, Math.floor(meant.length / 3))
  return isNear ? steps : Number.POSITIVE_INFINITY
}

/** The word with two neighbours in each other's place: the commonest slip, which counts as one step. */
function swapped(word: string): string[] {
  if (word.length > MAX_SWAPPED) return []
  return Array.from({ length: word.length - 1 }, (_, i) => word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2))
}

/** nginx and error of nginx_error; one letter says nothing. */
function partsOf(name: string): string[] {
  const parts = name.split(/[-_./]+/).filter((part) => part.length > 2)
  return parts.length > 1 ? parts : []
}
