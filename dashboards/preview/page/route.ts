/** The page's state is its address: path, time range, variables. Going somewhere changes it and draws anew. */

export interface Place {
  readonly path: string
  readonly params: URLSearchParams
}

export function here(): Place {
  return { path: location.pathname, params: new URLSearchParams(location.search) }
}

let draw: () => void = () => {}

export function startRouting(show: () => void): void {
  draw = show
  addEventListener('popstate', () => draw())
  document.addEventListener('click', followLink)
  draw()
}

/** Draws what is there. `replace`: the step is not worth a "back". */
export function go(url: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  draw()
}

/** Changes parameters of this view; undefined removes one. Draws nothing. */
export function setParams(
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
  isStep = true,
): void {
  const { path, params } = here()
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name)
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) params.append(name, each)
  }
  const text = params.toString()
  const url = text === '' ? path : `${path}?${text}`
  if (url === `${location.pathname}${location.search}`) return
  if (isStep) history.pushState(null, '', url)
  else history.replaceState(null, '', url)
}

/** Links within the page need no reload. */
function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = (event.target as Element).closest?.('a')
  if (!link || link.target === '_blank' || link.origin !== location.origin) return
  if (link.hash !== '' && link.pathname === location.pathname && link.search === location.search) return
  if (!/^\/(?:$|d\/|explore|trace|dashboards|rules|triggers|events|patterns)/.test(link.pathname)) return
  event.preventDefault()
  go(link.pathname + link.search)
  scrollTo(0, 0)
}
