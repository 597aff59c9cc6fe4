/** "Did you mean …?" for names that are not known. */
import { distance } from 'fastest-levenshtein'

/** ` Did you mean "nginx"?`, or '' when nothing is near. */
export function suggestion(got: string, known: readonly string[]): string {
  const nearest = known
    .map((name) => ({ name, far: distance(got.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0]
  return nearest !== undefined && nearest.far <= Math.max(2, nearest.name.length / 3)
    ? ` Did you mean "${nearest.name}"?`
    : ''
}
