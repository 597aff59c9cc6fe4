/** Numbers with so many digits as Go rounds them: what lies in the middle goes to the even digit; JavaScript goes up. */

/** size.toFixed(places); at most 100 places. */
export function fixed(size: number, places: number): string {
  const cut = places + MORE > 100 ? undefined : cutTie(size.toFixed(places + MORE))
  return cut ?? size.toFixed(places)
}

/** size.toExponential(places); at most 100 places. */
export function exponential(size: number, places: number): string {
  if (places + MORE > 100) return size.toExponential(places)
  const [digits, power] = size.toExponential(places + MORE).split('e')
  const cut = cutTie(digits!)
  return cut === undefined ? size.toExponential(places) : `${cut}e${power}`
}

/** A double in the middle between two decimals has nothing but zeros behind its 5: within so many digits that shows. */
const MORE = 40
const TIE = `5${'0'.repeat(MORE - 1)}`

/** Without the digits that are too many, where they are a tie and the digit before them is even. */
function cutTie(digits: string): string | undefined {
  if (!digits.endsWith(TIE)) return undefined
  const kept = digits.slice(0, -MORE).replace(/\.$/, '')
  return /[02468]$/.test(kept) ? kept : undefined
}
