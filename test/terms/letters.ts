/** The same at each call, without a rhythm: automata need new states all the time. */
export function letters(n: number): string {
  let seed = 7
  const next = () => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return seed & 1
  }
  return Array.from({ length: n }, () => 'ab'[next()]).join('')
}
