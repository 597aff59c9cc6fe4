/**
 * Labels of a stream: service, node, level, env; an allow-list. The guard caps how many values a label may take and
 * demotes the overflow to structured metadata, because each combination of labels is a stream that Loki holds in memory.
 */

/** Loki rejects a label value over 2,048 bytes; this keeps far under it, and labels readable. */
const MAX_LABEL_CHARS = 200

/** What every record has. */
export const PLAIN_LABELS: readonly string[] = ['env', 'level', 'node', 'service']

export interface LabelOptions {
  readonly allow: readonly string[]
  readonly maxValues: number
}

/** Labels of one stream as Loki writes them, and those that had to go to structured metadata instead. */
export interface LabelSet {
  readonly text: string
  readonly demoted: readonly (readonly [name: string, value: string])[]
}

export class LabelGuard {
  private readonly maxValues: number
  /** Values by label, in the order in which labels are written. */
  private readonly seen: ReadonlyMap<string, Set<string>>
  /** Values that were demoted, for telemetry. */
  demotions = 0

  constructor({ allow, maxValues }: LabelOptions) {
    this.maxValues = maxValues
    this.seen = new Map([...new Set(allow)].sort().map((name) => [name, new Set()]))
  }

  /** `values`: by label name; an absent or empty value makes no label. */
  labels(values: ReadonlyMap<string, string>): LabelSet {
    const demoted: [string, string][] = []
    let text = ''
    for (const [name, seen] of this.seen) {
      const value = values.get(name)
      if (value === undefined || value === '') continue
      const short = cut(value)
      if (this.admits(seen, short)) text += `${text === '' ? '' : ', '}${name}=${quote(short)}`
      else demoted.push([name, value])
    }
    // What every record has and is no label here is still worth a filter.
    for (const name of PLAIN_LABELS) {
      const value = values.get(name)
      if (value !== undefined && value !== '' && !this.seen.has(name)) demoted.push([name, value])
    }
    this.demotions += demoted.length
    return { text: `{${text}}`, demoted }
  }

  private admits(seen: Set<string>, value: string): boolean {
    if (seen.has(value)) return true
    if (seen.size >= this.maxValues) return false
    seen.add(value)
    return true
  }
}

/** Loki's parser takes U+FFFD, which bytes that are no UTF-8 become, for an error, however it is written; the record keeps it. */
const REFUSED = '\ufffd'

function cut(value: string): string {
  const whole = value.toWellFormed().replaceAll(REFUSED, '?')
  return whole.length <= MAX_LABEL_CHARS
    ? whole
    : `${whole
        .slice(0, MAX_LABEL_CHARS - 1)
        .toWellFormed()
        .replaceAll(REFUSED, '?')}…`
}

/** Go's strconv.Quote, as far as Loki's parser needs it: it reads labels with strconv.Unquote. */
function quote(value: string): string {
  return `"${value.replace(/["\\\u0000-\u001f\u007f]/g, escapeChar)}"`
}

function escapeChar(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`
  if (char === '\n') return '\\n'
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}
