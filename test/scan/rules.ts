/** Rules and scanners for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { NewEvent } from '../../shipper/events/event.ts'
import { type LogRecord, TEXT_FIELDS, type TextField } from '../../shipper/record.ts'
import { findMatch } from '../../shipper/scan/compile.ts'
import { placesOf, textOn } from '../../shipper/scan/field.ts'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { createScanner, type Scanner, type Seen, type Watch } from '../../shipper/scan/scanner.ts'
import { makeSnapshot, type Snapshot } from '../../shipper/scan/snapshot.ts'
import { hears, streamOf } from '../../shipper/scan/stream.ts'

export function rule(name: string, pattern: string, more: Partial<RuleSettings> = {}): RuleSettings {
  return { name, pattern, severity: 'warn', streams: 'both', on: 'message', cooldown: '0', enabled: true, ...more }
}

export function snapshotOf(rules: readonly RuleSettings[], version = 1): Snapshot {
  return makeSnapshot(
    version,
    rules.map((settings) => ({ settings, origin: 'config' })),
  )
}

export function recordOf(message: string, more: Partial<LogRecord> = {}): LogRecord {
  const text = Object.fromEntries(TEXT_FIELDS.map((name) => [name, undefined])) as Record<TextField, string | undefined>
  return {
    timestamp: { seconds: 1_795_000_000, nanos: 0 },
    timestamp_source: 'line',
    level: 'info',
    service: 'shop',
    node: 'web',
    env: undefined,
    duration_ms: undefined,
    format: 'plain',
    fields: new Map(),
    ...more,
    text: { ...text, message, ...more.text },
  }
}

/** A bucket that never runs dry. */
export const ENDLESS = { burst: 1e9, per_minute: 1 }

/** Emits into `events`; the clock stands still unless one is given. */
export function scannerOf(
  rules: readonly RuleSettings[],
  { now = () => 0, bucket = ENDLESS }: { now?: () => number; bucket?: { burst: number; per_minute: number } } = {},
): { scanner: Scanner; events: NewEvent[] } {
  const events: NewEvent[] = []
  const emit = (event: NewEvent) => events.push(event)
  return { scanner: createScanner({ rulebook: { snapshot: snapshotOf(rules) }, bucket, emit, now }), events }
}

/** What a hit is known by in comparisons. */
export interface Hit {
  readonly rule: string
  readonly text: string
  readonly captures: Readonly<Record<string, string>>
}

/** Evaluates every rule on every record: slow, and without any way around the engine. */
export class NaiveWatch implements Pick<Watch, 'see' | 'end'> {
  readonly hits: Hit[] = []
  private readonly snapshot: Snapshot

  constructor(rules: readonly RuleSettings[]) {
    this.snapshot = snapshotOf(rules)
  }

  see(record: LogRecord, text: string | (() => string), seen: Seen = {}): void {
    const line = typeof text === 'string' ? () => text : text
    for (const { rule: each, pattern } of this.snapshot.live) {
      if (!this.snapshot.isInForce(each, record.service) || !hears(each, streamOf(record, seen.stream))) continue
      const texts = placesOf(each.on).flatMap((place) => textOn(record, place, line) ?? [])
      const on = texts.find((text) => findMatch(pattern, text) !== undefined)
      const match = on === undefined ? undefined : findMatch(pattern, on)
      if (on === undefined || match === undefined) continue
      const captures = match.captures.map(({ name, start, end }) => [name, on.slice(start, end)])
      this.hits.push({ rule: each.id, text: line(), captures: Object.fromEntries(captures) })
    }
  }

  end(): void {}
}

export function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'longship-scan-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
