/** Alerts for an Alertmanager: POST /api/v2/alerts, https://github.com/prometheus/alertmanager (api/v2/openapi.yaml). */
import { formatInstant, fromMillis, toMillis } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { bearer, type Shape, textOf, under } from './shape.ts'
import { cut, factsOf, oneLine, plain, titleOf } from './text.ts'

const MAX_LABEL = 256
const MAX_ANNOTATION = 2048

export const alertmanager: Shape = {
  kind: 'alertmanager',
  title: 'Alertmanager',
  schemes: HTTP_SCHEMES,
  needs: ['url'],
  takes: ['secret', 'token', 'headers'],
  isUrlSecret: false,
  message: (event, { url, token }, nowMs) => {
    const { metadata } = event
    const facts = factsOf(event).map(({ name, value }) => `${name}: ${value}`)
    // One alert is one set of labels: only what says where and which, or every hit would be an alert of its own.
    const labels = {
      alertname: oneLine(metadata.rule_name ?? '') || event.event,
      severity: event.severity,
      source: event.source,
      workload: metadata.workload,
      container: metadata.container,
      rule_id: metadata.rule_id,
      pattern_id: metadata.pattern_id,
      stream: metadata.stream,
    }
    const alert = {
      labels: texts(labels, MAX_LABEL),
      annotations: texts(
        { summary: titleOf(event), description: plain(event.message), facts: facts.join('\n') },
        MAX_ANNOTATION,
      ),
      // A clock that is ahead must not make an alert that ends before it starts. No endsAt: an event has no end, and
      // Alertmanager's resolve_timeout counts from when it came, so that a late delivery is not resolved on arrival.
      startsAt: formatInstant(fromMillis(Math.min(toMillis(event.time), nowMs))),
    }
    return {
      transport: 'http',
      url: under(url, '/api/v2/alerts'),
      headers: bearer(token),
      body: JSON.stringify([alert]),
    }
  },
  reason: (body) => textOf(body, 'message') ?? textOf(body),
}

/** Values as Alertmanager takes them: no empty ones. */
function texts(values: Readonly<Record<string, string | undefined>>, max: number): Record<string, string> {
  const known = Object.entries(values).map(
    ([name, value]) =>
      [name, cut(name === 'facts' || name === 'description' ? (value ?? '') : oneLine(value ?? ''), max)] as const,
  )
  return Object.fromEntries(known.filter(([, value]) => value !== ''))
}
