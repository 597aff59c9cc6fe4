/** Refusals of the API (application/problem+json, RFC 9457), and which field of a form each of its errors belongs to. */

export interface Problem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

/** Whatever the body is: what is missing is said by the status. */
export function readProblem(status: number, body: string): Problem {
  const parsed = parseObject(body)
  const text = (key: string) => (typeof parsed.get(key) === 'string' ? (parsed.get(key) as string) : '')
  const errors = Array.isArray(parsed.get('errors')) ? (parsed.get('errors') as unknown[]) : []
  return {
    status,
    title: text('title') || (TITLES.get(status) ?? `the server answered ${status}`),
    detail: text('detail'),
    errors: errors.flatMap((each) => {
      const { path, message } = (each ?? {}) as { path?: unknown; message?: unknown }
      return typeof message === 'string' ? [{ path: typeof path === 'string' ? path : '', message }] : []
    }),
  }
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [401, 'the token is missing or wrong'],
  [404, 'there is no such thing'],
  [409, 'this cannot be changed here'],
  [413, 'this is too large'],
  [429, 'too many requests: wait a little'],
])

function parseObject(body: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  } catch {
    return new Map()
  }
}

/** One sentence for people. */
export function problemText({ title, detail, errors }: Problem): string {
  // Most messages begin with the name that they are about.
  const isNamed = (path: string, message: string) => message.startsWith(path.replace(/^.*\./, ''))
  const said = errors.map(({ path, message }) => (isNamed(path, message) ? message : `${path}: ${message}`))
  const rest = detail !== '' && !said.some((each) => each.includes(detail)) ? [detail] : []
  return [...rest, ...said].join('; ') || title
}

/**
 * Errors by field, and those that belong to none. A path inside of a field (filter.severities[1], rule.pattern,
 * /pattern) is the nearest field's.
 */
export function faultsByField(
  { errors }: Problem,
  fields: readonly string[],
): { readonly byField: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const byField = new Map<string, string>()
  const rest: string[] = []
  for (const { path, message } of errors) {
    const plain = path
      .replace(/^\//, '')
      .replaceAll('/', '.')
      .replace(/^(?:rule|trigger)\./, '')
    const field = fields
      .filter((each) => plain === each || plain.startsWith(`${each}.`) || plain.startsWith(`${each}[`))
      .sort((a, b) => b.length - a.length)[0]
    if (field === undefined) rest.push(path === '' ? message : `${path}: ${message}`)
    else byField.set(field, byField.has(field) ? `${byField.get(field)}; ${message}` : message)
  }
  return { byField, rest }
}
