/** The LogQL parts that queries are put together from, so that the same thing is counted the same way everywhere. */

const CHOSEN = 'env=~"$env", service=~"$service", node=~"$node"'

/** What the dashboard's variables choose. Labels that an entry may lack have .* as their "all". */
export const ALL = `{${CHOSEN}, level=~"$level"}`

/** Without what scan rules found: that comes when it comes, and its silence says nothing. */
export const ALL_BUT_EVENTS = `{${CHOSEN}, node!="logscan", level=~"$level"}`

/** Error and worse. */
export const ERROR_LEVELS = 'error|critical|fatal'
export const ERRORS = `{${CHOSEN}, level=~"$level", level=~"${ERROR_LEVELS}"}`
export const UNKNOWN_LEVEL = `{${CHOSEN}, level="unknown"}`

/**
 * The search box: a regular expression, upper and lower case alike. As it was typed (:raw): Grafana would put two backslashes
 * before a single quote, which between backticks make that nothing is found.
 */
export const SEARCH = '|~ `(?i)${search:raw}`'

/** Seconds of a step on a time axis: Grafana chooses it. */
export const STEP = '$__auto'
/** The whole range of the dashboard. */
export const RANGE = '$__range'

export const FAILED = '| outcome="failure"'
export const ENDED = '| outcome=~"success|failure"'

/** Errors of the unwrap stage are no samples: `__error__=""` behind it. */
export function unwrap(field: string): string {
  return `| unwrap ${field} | __error__=""`
}

/** When it happened, in milliseconds since 1970, as a number to calculate with. */
export const TIME = `| label_format at_ms=\`{{ __timestamp__ | unixEpochMillis }}\` ${unwrap('at_ms')}`

export function count(selector: string, stages: string, window: string): string {
  return `count_over_time(${pipeline(selector, stages)} [${window}])`
}

export function rate(selector: string, stages: string, window: string = STEP): string {
  return `rate(${pipeline(selector, stages)} [${window}])`
}

export function pipeline(selector: string, stages: string): string {
  return stages === '' ? selector : `${selector} ${stages}`
}

/** `sum by (…) (…)`; without labels `sum(…)`. */
export function sum(inner: string, by = ''): string {
  return aggregate('sum', inner, by)
}

export function aggregate(name: string, inner: string, by = ''): string {
  return by === '' ? `${name}(${inner})` : `${name} by (${by}) (${inner})`
}

/** A count that is 0, not absent, when nothing was found. */
export function orZero(expr: string): string {
  return `${expr} or vector(0)`
}

/** part / whole, 0 where the whole has entries and the part has none; no series where there is no whole. */
export function ratio(part: string, whole: string): string {
  return `(${part} or ${whole} * 0) / ${whole}`
}

/**
 * 1 - failures / ended: also right where nothing succeeded, and where nothing failed. Without labels vector(0) stands in
 * for no failures, which spares a count.
 */
export function successRate(selector: string, stages: string, window: string, by = ''): string {
  const ended = sum(count(selector, join(stages, ENDED), window), by)
  const failed = sum(count(selector, join(stages, FAILED), window), by)
  return by === '' ? `1 - (${orZero(failed)}) / ${ended}` : `1 - ${ratio(failed, ended)}`
}

/** `quantile_over_time` of duration_ms. */
export function quantile(q: number, selector: string, stages: string, window: string, by: string): string {
  return `quantile_over_time(${q}, ${pipeline(selector, join(stages, unwrap('duration_ms')))} [${window}]) by (${by})`
}

export function average(selector: string, stages: string, window: string, by: string): string {
  return `avg_over_time(${pipeline(selector, join(stages, unwrap('duration_ms')))} [${window}]) by (${by})`
}

/**
 * Groups with more beginnings than ends, and how many more, in one look at the entries. What began before the window and
 * ended in it counts against them. One series a group: Loki answers with max_query_series at most.
 */
export function open(selector: string, begin: string, ends: readonly string[], window: string, by: string): string {
  const events = [begin, ...ends].map((name) => name.replaceAll('.', '[.]')).join('|')
  const signed = `| label_format open=\`{{ if eq .event "${begin}" }}1{{ else }}-1{{ end }}\` ${unwrap('open')}`
  return `${sum(`sum_over_time(${selector} | event=~"${events}" ${signed} [${window}])`, by)} > 0`
}

export function join(...stages: readonly string[]): string {
  return stages.filter((stage) => stage !== '').join(' ')
}

/** Fields of the record in the line. Lines that are no record, as other shippers write them, are left out: one would fail the panel. */
export function fieldsOf(...names: readonly string[]): string {
  return `| json ${names.map((name) => `${name}="${name}"`).join(', ')} | __error__=""`
}

/**
 * Entries whose message is one of these: for loggers that have no event names. The line filter first, as it is cheap, and
 * cheapest without a regular expression. `fields` are read out of the line as well.
 */
export function message(texts: string | readonly string[], ...fields: readonly string[]): string {
  const all = [texts].flat()
  return `|= ${all.map((text) => `\`${text}\``).join(' or ')} ${fieldsOf('message', ...fields)} | message=~"${all.join('|')}"`
}
