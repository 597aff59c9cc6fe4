/** PagerDuty's Events API v2: https://developer.pagerduty.com/docs/send-alert-event */
import { createHash } from 'node:crypto'
import { formatInstant } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { type Shape, secondsOf, textOf, under } from './shape.ts'
import { cut, factsOf, oneLine, plain, titleOf } from './text.ts'

const MAX_SUMMARY = 1024
/** Of other texts; the whole event may have 512 KB. */
const MAX_TEXT = 1024
const SEVERITY = { info: 'info', warn: 'warning', error: 'error', critical: 'critical' } as const

export const pagerduty: Shape = {
  kind: 'pagerduty',
  title: 'PagerDuty',
  schemes: HTTP_SCHEMES,
  needs: ['token'],
  takes: ['url', 'headers'],
  defaultUrl: 'https://events.pagerduty.com',
  isUrlSecret: false,
  forms: [{ setting: 'token', pattern: /^[A-Za-z0-9]{20,64}$/, what: "an integration's routing key" }],
  message: (event, { id, url, token }) => {
    const { metadata } = event
    return {
      transport: 'http',
      url: under(url, '/v2/enqueue'),
      headers: {},
      body: JSON.stringify({
        routing_key: token,
        event_action: 'trigger',
        dedup_key: dedupKey(id, metadata.workload, metadata.container, metadata.rule_id ?? metadata.pattern_id ?? ''),
        client: 'Longship',
        payload: {
          summary: cut(`${titleOf(event)}: ${oneLine(event.message)}`, MAX_SUMMARY),
          source: cut(oneLine(metadata.workload) || 'unknown', MAX_TEXT),
          severity: SEVERITY[event.severity],
          timestamp: formatInstant(event.time),
          component: cut(oneLine(metadata.container) || 'unknown', MAX_TEXT),
          group: cut(oneLine(metadata.workload) || 'unknown', MAX_TEXT),
          class: event.event,
          custom_details: {
            message: cut(plain(event.message), MAX_TEXT),
            facts: factsOf(event).map(({ name, value }) => cut(`${name}: ${value}`, MAX_TEXT)),
          },
        },
      }),
    }
  },
  reason: (body) => textOf(body, 'message'),
  waitMs: (body) => secondsOf(body, 'retry_after'),
}

/** Hits of a rule in one place are one incident. At most 255 characters, so a digest: names may be long. */
function dedupKey(...parts: readonly string[]): string {
  return `longship-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`
}
