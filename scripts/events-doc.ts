/** docs/EVENTS.md, from the catalogue of logger/events. */
import { CATALOGUE, type EventDefinition, SYSTEMS } from '../logger/events/catalogue.ts'

export function eventsDoc(notice: string): string {
  const events = Object.entries(CATALOGUE) as [string, EventDefinition][]
  const sections = Object.entries(SYSTEMS).map(([system, title]) => {
    const rows = events.filter(([, event]) => event.system === system).map(([name, event]) => row(name, event))
    return `## ${title}\n\n| event | level | when | fields |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `<!-- ${notice} -->
# Standard events

What the five systems' services log by name, with \`logger.event(name, fields)\` of [longship/logger](logger.md). The list is
append-only: an event is never renamed or removed, its level and the types of its fields never change, fields may be added.
All lines also have \`timestamp\`, \`level\`, \`service\` and \`node\`, and what the context holds (\`correlation_id\`, \`thread_id\` …).

In LogQL: \`{service="api"} | event="http_request" | duration_ms > 1000\`.

${sections.join('\n')}`
}

function row(name: string, { level, when, message, fields }: EventDefinition): string {
  const shown = Object.entries(fields).map(([field, type]) => `\`${field}\` ${type}`)
  const said = message === undefined ? '' : ` Message: \`${message}\`.`
  return `| \`${name}\` | ${level} | ${when}${said} | ${shown.join(', ')} |`
}
