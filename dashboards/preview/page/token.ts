/**
 * What the API of rules, triggers and events wants to hear. It comes with the address once (#token=…), is kept for this tab
 * (sessionStorage), and stands in no address, no title and no message after that.
 */

const KEY = 'longship-token'
/** Where the browser keeps nothing, it is known until the page goes. */
let known: string | undefined

/** Takes it out of the address: nobody who sees the address, its history or a link made from it sees the token. */
export function takeToken(): void {
  const params = new URLSearchParams(location.hash.slice(1))
  const token = params.get('token')
  if (token === null) return
  history.replaceState(history.state, '', location.pathname + location.search)
  if (token.trim() !== '') keepToken(token.trim())
}

export function readToken(): string | undefined {
  if (known !== undefined) return known
  try {
    return sessionStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** undefined forgets it. */
export function keepToken(token: string | undefined): void {
  known = token
  try {
    if (token === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, token)
  } catch {
    // A browser without storage forgets it with the page.
  }
}
