/** What rules found, as it is printed and counted. */
import { type NewEvent, SEVERITIES, type Severity } from '../../events/event.ts'
import type { Screen } from '../../querying/screen.ts'
import { formatInstant } from '../../terms/instant.ts'
import { visible } from '../../terms/visible.ts'

export class Hits {
  /** Where the record stands that is looked at, and its time. */
  line = 0
  timeMs = 0
  /** Ids of rules that hit. */
  readonly rules = new Set<string>()
  private readonly counts = new Map<Severity, number>()
  private readonly output: 'text' | 'jsonl'
  private readonly screen: Screen

  constructor(output: 'text' | 'jsonl', screen: Screen) {
    this.output = output
    this.screen = screen
  }

  add(event: NewEvent): void {
    this.rules.add(event.metadata.rule_id ?? '')
    this.counts.set(event.severity, (this.counts.get(event.severity) ?? 0) + 1)
    this.screen.line(this.output === 'jsonl' ? this.json(event) : this.plain(event))
  }

  atLeast(least: Severity): number {
    const loud = SEVERITIES.slice(SEVERITIES.indexOf(least))
    return loud.reduce((sum, severity) => sum + (this.counts.get(severity) ?? 0), 0)
  }

  /** Waits while the reader of stdout is slower than we are. */
  flush(): Promise<void> {
    return this.screen.flush()
  }

  summary(rules: number): string {
    const loud = [...SEVERITIES].reverse().flatMap((severity) => {
      const count = this.counts.get(severity)
      return count === undefined ? [] : [`${count} ${severity}`]
    })
    const total = this.atLeast('info')
    return `${total} ${total === 1 ? 'hit' : 'hits'} of ${rules} ${rules === 1 ? 'rule' : 'rules'}${total === 0 ? '' : ` (${loud.join(', ')})`}`
  }

  private json({ time, severity, message, metadata }: NewEvent): string {
    const { container: file, ...rest } = metadata
    return JSON.stringify({ file, line: this.line, time: formatInstant(time), severity, message, ...rest })
  }

  private plain({ severity, message, metadata }: NewEvent): string {
    const { colours } = this.screen
    const { container, rule_name: rule = '', captures = {} } = metadata
    const taken = Object.entries(captures).map(([name, value]) => `${name}=${visible(JSON.stringify(value))}`)
    const shown = taken.length === 0 ? '' : colours.dim(` {${taken.join(', ')}}`)
    const loud = colours[PAINT[severity]](severity)
    return `${visible(container)}:${this.line}: ${loud} ${colours.bold(visible(rule))}: ${visible(message)}${shown}`
  }
}

const PAINT = { info: 'cyan', warn: 'yellow', error: 'red', critical: 'magenta' } as const
