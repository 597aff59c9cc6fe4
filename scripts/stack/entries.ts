/** All entries of a Loki, each with its labels and its structured metadata apart. */

export interface Entry {
  /** Nanoseconds since 1970. */
  readonly time: string
  readonly line: string
  readonly labels: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Record<string, string>
      readonly values: readonly [string, string, { structuredMetadata?: Record<string, string> }?][]
    }[]
  }
}

/** Limits of an embedded server of which all entries are asked, whatever their times, and none gets a label more. */
export const TAKES_ALL = {
  reject_old_samples: false,
  max_query_length: 0,
  max_entries_limit_per_query: 0,
  discover_log_levels: false,
  discover_service_name: [],
}

const ALL = { query: '{service=~".+"}', start: '2020-01-01T00:00:00Z', end: '2030-01-01T00:00:00Z', limit: '100000' }

export async function entriesOf(url: string): Promise<Entry[]> {
  const response = await fetch(`${url}/loki/api/v1/query_range?${new URLSearchParams(ALL)}`, {
    headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const { data } = (await response.json()) as Answer
  return data.result.flatMap(({ stream, values }) =>
    values.map(([time, line, more]) => ({ time, line, labels: stream, metadata: more?.structuredMetadata ?? {} })),
  )
}

/** One entry a line, sorted, so that a new recording differs only where the entries do. */
export function factsOf(entries: readonly Entry[]): string {
  const sorted = (record: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(record).sort())
  const lines = entries.map(({ time, line, labels, metadata }) =>
    JSON.stringify({ time, line, labels: sorted(labels), metadata: sorted(metadata) }),
  )
  return `[\n${lines.sort().join(',\n')}\n]`
}
