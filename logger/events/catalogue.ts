/**
 * The standard events, by system: append-only. An event is never renamed, its level and the types of its fields never
 * change; fields may be added at the end. test/logger/events.txt holds what was promised, and a test compares.
 */
import { PLATFORM_EVENTS } from './platform.ts'
import { SYSTEM_EVENTS } from './systems.ts'

/** What a field may hold. `list` and `object` go into the line as JSON. */
export type FieldType = 'string' | 'number' | 'boolean' | 'list' | 'object'

export interface EventDefinition {
  readonly system: keyof typeof SYSTEMS
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  /** When it is logged. */
  readonly when: string
  /** What stands beside it for people, where a system always writes the same. */
  readonly message?: string
  readonly fields: Readonly<Record<string, FieldType>>
}

export const SYSTEMS = {
  provisioning: 'A. Provisioning of workspaces',
  sync: 'B. Background sync',
  platform: 'C. Agent platform',
  scanner: 'D. Log scanner and triggers',
  operations: 'E. Operations and their steps',
  process: 'Every service',
} as const

export const CATALOGUE = { ...SYSTEM_EVENTS, ...PLATFORM_EVENTS } as const satisfies Readonly<
  Record<string, EventDefinition>
>
