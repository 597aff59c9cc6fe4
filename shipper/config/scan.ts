/** The parts `scan` and `admin` of the configuration. */

import { isLoopbackHost } from '../terms/loopback.ts'
import { durationMs, sizeBytes } from '../terms/units.ts'
import { addressOf } from './inputs.ts'
import { boundedSize, type Raw, type Report } from './raw.ts'
import type { AdminConfig, ScanConfig } from './shape.ts'
import { tokenOf } from './token.ts'

/** Room for a few thousand events. */
const MIN_EVENTS_BYTES = 1024 * 1024
const MAX_BODY_BYTES = 1024 * 1024
/** What guards rules and triggers must not be guessed. */
const MIN_TOKEN_LENGTH = 16

/** Whether rules compile is not asked here: one that does not is left out, and shown with its message. */
export function scanOf(raw: Raw, report: Report): ScanConfig {
  const { patterns, events } = raw
  const bytes = sizeBytes(events.max_bytes)
  if (bytes < MIN_EVENTS_BYTES) {
    const got = JSON.stringify(events.max_bytes)
    report(['scan', 'events', 'max_bytes'], `scan.events.max_bytes must be at least 1MiB, got ${got}.`)
  }
  const { allow_private: allowed } = raw.targets
  return {
    folder: raw.folder,
    rules: raw.rules,
    rules_folder: raw.rules_folder,
    bucket: { burst: raw.bucket.burst, per_minute: raw.bucket.per_minute },
    events: { max_age_ms: durationMs(events.max_age), max_bytes: bytes },
    patterns: patterns && {
      max_patterns: patterns.max_patterns,
      new_severity: patterns.new_severity,
      spike_factor: patterns.spike_factor,
      settle_ms: durationMs(patterns.settle),
    },
    triggers: raw.triggers,
    targets: { allow_private: typeof allowed === 'string' ? [allowed] : [...allowed] },
  }
}

export function adminOf(raw: Raw, readFile: (path: string) => string, report: Report): AdminConfig {
  const listen = raw.listen === 'off' ? undefined : addressOf(raw.listen, ['admin', 'listen'], report)
  const token = tokenOf(raw, ['admin'], readFile, report)
  if (token !== undefined && token.length < MIN_TOKEN_LENGTH) {
    report(['admin', 'bearer_token'], `admin.bearer_token must have at least ${MIN_TOKEN_LENGTH} characters.`)
  } else if (token !== undefined && !/^[!-~]+$/.test(token)) {
    report(['admin', 'bearer_token'], 'admin.bearer_token must be letters, digits and signs, without spaces.')
  }
  const given = raw.bearer_token ?? raw.bearer_token_file
  if (given === undefined && listen !== undefined && !isLoopbackHost(listen.host)) {
    const fix = 'give bearer_token or bearer_token_file, or listen on 127.0.0.1'
    report(['admin', 'listen'], `admin.listen is ${JSON.stringify(raw.listen)}, open to others: ${fix}.`)
  }
  return {
    listen,
    bearer_token: token,
    requests_per_minute: raw.requests_per_minute,
    max_body_bytes: boundedSize(raw.max_body_bytes, ['admin', 'max_body_bytes'], MAX_BODY_BYTES, report),
  }
}
