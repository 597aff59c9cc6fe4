/** All operations: the router, the server and the OpenAPI document are made of this list. */
import type { Operation } from '../operation.ts'
import { about } from './about.ts'
import { deadLetters } from './dead-letters.ts'
import { events } from './events.ts'
import { patterns } from './patterns.ts'
import { rules } from './rules.ts'
import { triggers } from './triggers.ts'
import { workloads } from './workloads.ts'

export { API_PREFIX } from './prefix.ts'

export const operations: readonly Operation[] = [
  rules,
  workloads,
  triggers,
  deadLetters,
  events,
  patterns,
  about,
].flat()
