/** Types of the catalogue's events, and what is asked of it while logging. */
import { CATALOGUE, type EventDefinition, type FieldType } from './catalogue.ts'

/** Names of the standard events. */
export type EventName = keyof typeof CATALOGUE

interface Types extends Record<FieldType, unknown> {
  string: string
  number: number
  boolean: boolean
  list: readonly unknown[]
  object: Readonly<Record<string, unknown>>
}

/** Under `error` the error itself may stand: the line has its text, type and stack. */
type Typed<F extends Readonly<Record<string, FieldType>>> = {
  readonly [Name in keyof F]?: Name extends 'error' ? unknown : Types[F[Name]]
}

/** Fields of an event: those of the catalogue have their type, others may be added. */
export type EventFields<Name extends string> = Name extends EventName
  ? Typed<(typeof CATALOGUE)[Name]['fields']> & Readonly<Record<string, unknown>>
  : Readonly<Record<string, unknown>>

const byName: ReadonlyMap<string, EventDefinition> = new Map(Object.entries(CATALOGUE))

/** info for what is not in the catalogue. */
export function eventLevel(name: string): EventDefinition['level'] {
  return byName.get(name)?.level ?? 'info'
}

/** What people read beside it, where a system always writes the same. */
export function eventMessage(name: string): string | undefined {
  return byName.get(name)?.message
}

/** spawning_worker, provision.start; anything else is a message. */
export function isEventName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z_][\w.:/-]{0,99}$/.test(name)
}
