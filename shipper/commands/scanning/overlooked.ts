/**
 * Rules that look at the message and find what they name in whole lines only: the message of `ERROR cannot bind` is `cannot
 * bind`, so that a rule for ERROR is silent. Who wrote it is told.
 */
import type { LogRecord } from '../../record.ts'
import { createScanner, type Seen, type Watch } from '../../scan/scanner.ts'
import type { Snapshot } from '../../scan/snapshot.ts'

/** Looked at a second time: enough to tell, and nothing beside a large file. */
const MAX_RECORDS = 10_000

export class Overlooked {
  private readonly found = new Map<string, string>()
  private readonly watch: Watch
  private left = MAX_RECORDS

  constructor(snapshot: Snapshot) {
    const said = snapshot.live.filter(({ rule }) => rule.on === 'message')
    const live = said.map((each) => ({ ...each, rule: { ...each.rule, on: 'line', cooldown_ms: 0 } }))
    const scanner = createScanner({
      rulebook: { snapshot: { ...snapshot, live } },
      bucket: { burst: Number.MAX_SAFE_INTEGER, per_minute: 1 },
      emit: ({ metadata: { rule_id: id = '', rule_name: name = '' } }) => this.found.set(id, name),
      now: () => 0,
    })
    this.watch = scanner.watch('')
  }

  see(record: LogRecord, text: () => string, seen: Seen): void {
    if (this.left-- > 0) this.watch.see(record, text, seen)
  }

  /** Names of those that had no hit. `hit`: ids of those that had one. */
  silent(hit: ReadonlySet<string>): string[] {
    return [...this.found].filter(([id]) => !hit.has(id)).map(([, name]) => name)
  }
}
