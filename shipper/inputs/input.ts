/** What an input is: something that listens, and hands over what it is sent. Each in a file of its own, listed in index.ts. */
import { type EventEmitter, once } from 'node:events'
import { LongshipError } from '../errors.ts'
import type { Entry } from '../spool/entry.ts'
import type { Appended } from '../spool/writer.ts'

/** Where inputs put what arrives. */
export interface Intake {
  /** Resolves when it is on the disk, or not going to be: only after `stored` may a sender be told that it was taken. */
  offer(entries: readonly Entry[]): Promise<Appended>
  /** Resolves when something was taken from the spool since, when it is worth asking again, or when the signal aborts. */
  room(signal: AbortSignal): Promise<void>
  /** Counts what is lost: datagrams that came while there was no room. */
  drop(reason: string, count: number): void
  /** Counts a sender that was turned away before it could say anything. */
  refuse(reason: string): void
  /** For people: what they should see to. `where`: inputs.push.tls. */
  tell(where: string, message: string): void
}

export interface Listening {
  /** What it listens on, for people: syslog tcp 127.0.0.1:5514. */
  readonly addresses: readonly string[]
  /** Takes nothing more; what was taken is with the intake. */
  close(): Promise<void>
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** An address as people write it. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Rejects with a LongshipError that names the address. */
export async function begun(listener: EventEmitter, what: string): Promise<void> {
  try {
    await once(listener, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new LongshipError('port', `cannot listen on ${what}: ${code ?? message}`)
  }
}
