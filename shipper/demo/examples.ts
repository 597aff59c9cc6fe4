/** What to try against the demo: each query finds data in the bundled samples, and a test says so. */

export interface Example {
  /** For people: what the query asks. */
  readonly title: string
  readonly query: string
  /** query: one value now (metrics); query_range: the last hour unless `since` says otherwise. */
  readonly endpoint: 'query' | 'query_range'
  readonly params: Readonly<Record<string, string>>
}

/** The message whose way through bot, api, graph and spawner is part of the samples. */
export const FOLLOWED_ID = 'msg_456_1735167345'

/** Samples of formats keep their own times, some of them twenty years old. */
const ANY_TIME = '40y'

export const EXAMPLES: readonly Example[] = [
  {
    title: 'one node of one service',
    query: '{service="langgraph", node="developer"} | json',
    endpoint: 'query_range',
    params: { limit: '5' },
  },
  {
    title: 'one message on its way through four services',
    query: `{service=~".+"} | correlation_id="${FOLLOWED_ID}"`,
    endpoint: 'query_range',
    params: { limit: '50', direction: 'forward' },
  },
  {
    title: 'what failed in the last hour, with its stack',
    query: '{level="error"} | event="node_failed"',
    endpoint: 'query_range',
    params: { limit: '5' },
  },
  {
    title: 'slow operations',
    query: '{service="migratekit"} | duration_ms > 10000',
    endpoint: 'query_range',
    params: { limit: '5' },
  },
  {
    title: 'errors by service',
    query: 'sum by (service) (count_over_time({level="error"}[1h]))',
    endpoint: 'query',
    params: {},
  },
  {
    title: 'samples of a format, whatever their time',
    query: '{service="postgresql"}',
    endpoint: 'query_range',
    params: { since: ANY_TIME, limit: '5' },
  },
]

export function exampleUrl(base: string, { endpoint, query, params }: Example): string {
  return `${base}/loki/api/v1/${endpoint}?${new URLSearchParams({ query, ...params })}`
}

/** The example as a command for a POSIX shell; queries hold no single quotes. */
export function commandOf(base: string, { endpoint, query, params }: Example): string {
  const { direction, ...rest } = params
  const options = Object.entries(rest).map(([name, value]) => ` --${name} ${value}`)
  if (direction === 'forward') options.push(' --forward')
  if (endpoint === 'query') options.push(' --instant')
  return `npx longship query '${query}'${options.join('')} --addr ${base}`
}

/** The same over HTTP, for any other client. */
export function curlOf(base: string, { endpoint, query, params }: Example): string {
  const rest = Object.entries(params).map(([name, value]) => ` -d ${name}=${value}`)
  return `curl -sG ${base}/loki/api/v1/${endpoint} --data-urlencode 'query=${query}'${rest.join('')}`
}
