/** All kinds of triggers. Adding one: a file, an entry here, its word in schema and TRIGGER_KINDS, samples in test/triggers/shapes/. */
import type { TriggerKind } from '../trigger.ts'
import { alertmanager } from './alertmanager.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { ntfy } from './ntfy.ts'
import { pagerduty } from './pagerduty.ts'
import type { Shape } from './shape.ts'
import { slack } from './slack.ts'
import { telegram } from './telegram.ts'
import { webhook } from './webhook.ts'

export const shapes: readonly Shape[] = [webhook, slack, discord, telegram, alertmanager, pagerduty, ntfy, email]

const byKind = new Map(shapes.map((shape) => [shape.kind, shape]))

export function shapeOf(kind: TriggerKind): Shape {
  return byKind.get(kind)!
}
