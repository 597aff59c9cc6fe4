/**
 * Labels of a stream: service, node, level, env; an allow-list. The guard caps how many values a label may take and
 * demotes the overflow to structured metadata, because each combination of labels is a stream that Loki holds in memory.
 */

/** Loki rejects a label value over 2,048 bytes; this keeps far under it, and labels readable. */
const MAX_LABEL_CHARS = 200

export const LABEL_NAMES = ['env', 'level', 'node', 'service'] as const
export type LabelName = (typeof LABEL_NAMES)[number]

export interface LabelOptions {
  readonly allow: readonly LabelName[]
  readonly maxValues: number
}

/** Labels of one stream as Loki writes them, and those that had to go to structured metadata instead. */
export interface LabelSet {
  readonly text: string
  readonly demoted: readonly (readonly [name: LabelName, value: string])[]
}

export class LabelGuard {
  private readonly allow: ReadonlySet<LabelName>
  private readonly maxValues: number
  private readonly seen = new Map<LabelName, Set<string>>(LABEL_NAMES.map((name) => [name, new Set()]))
  /** Values that were demoted, for telemetry. */
  demotions = 0

  constructor(options: LabelOptions) {
    this.allow = new Set(options.allow)
    this.maxValues = options.maxValues
  }

  labels(service: string, node: string, level: string, env: string | undefined): LabelSet {
    const values = { env, level, node, service }
    const demoted: [LabelName, string][] = []
    let text = ''
    for (const name of LABEL_NAMES) {
      const value = values[name]
      if (value === undefined || value === '') continue
      const short = cut(value)
      if (!this.allow.has(name) || !this.admits(name, short)) {
        demoted.push([name, value])
        this.demotions++
      } else {
        text += `${text === '' ? '' : ', '}${name}=${quote(short)}`
      }
    }
    return { text: `{${text}}`, demoted }
  }

  private admits(name: LabelName, value: string): boolean {
    const values = this.seen.get(name) as Set<string>
    if (values.has(value)) return true
    if (values.size >= this.maxValues) return false
    values.add(value)
    return true
  }
}

function cut(value: string): string {
  const whole = value.toWellFormed()
  return whole.length <= MAX_LABEL_CHARS ? whole : `${whole.slice(0, MAX_LABEL_CHARS - 1).toWellFormed()}…`
}

/** Go's strconv.Quote, as far as Loki's parser needs it: it reads labels with strconv.Unquote. */
function quote(value: string): string {
  return `"${value.replace(/["\\\u0000-\u001f\u007f\ufffd]/g, escapeChar)}"`
}

function escapeChar(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`
  if (char === '\n') return '\\n'
  if (char === '\ufffd') return char
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}
