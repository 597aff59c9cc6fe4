/** "Did you mean …?" for names that are not known. */
import { closest, distance } from 'fastest-levenshtein'

/** ` Did you mean "nginx"?`, or '' when nothing is near. */
export function didYouMean(value: unknown, known: readonly string[]): string {
  if (typeof value !== 'string' || known.length === 0) return ''
  const best = closest(value.toLowerCase(), known as string[])
  const isClose = distance(value.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(best.length / 3))
  return isClose ? ` Did you mean ${JSON.stringify(best)}?` : ''
}
