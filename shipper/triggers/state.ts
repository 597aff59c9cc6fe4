/**
 * Triggers that were made over the API, kept in one file. What is secret of them is sealed; what cannot be opened (another
 * key) is listed, not used, and written back as it was.
 */
import type { Fault } from '../terms/answer.ts'
import { isObject } from '../terms/object.ts'
import { replaceFile } from '../terms/synced.ts'
import { readIfThere, setAside } from './file.ts'
import { createVault, MIN_KEY_LENGTH, newSalt, SALT_BYTES, type Vault } from './seal.ts'
import { split } from './secrets.ts'
import type { TriggerSettings } from './trigger.ts'

const STATE_VERSION = 1
export const KEY_VARIABLE = 'LONGSHIP_SECRET_KEY'

/** A trigger as it stands in the file. */
export interface StoredTrigger {
  readonly id: string
  /** The log's last event when it was made: earlier ones are none of its business. */
  readonly since: number
  /** Settings without what is sealed. */
  readonly open: Readonly<Record<string, unknown>>
  readonly sealed?: string
}

export interface TriggerState {
  /** As read at the start. */
  readonly loaded: readonly StoredTrigger[]
  /** With its secrets sealed; a fault when there are any and no key. */
  store(id: string, since: number, settings: TriggerSettings): StoredTrigger | Fault
  /** Settings with their secrets; undefined: they cannot be opened. */
  open(stored: StoredTrigger): Record<string, unknown> | undefined
  /** Throws what the file system says; the file is as before then. */
  save(triggers: readonly StoredTrigger[]): void
}

/** A file that cannot be read is set aside and reported. Throws when not even that can be done. */
export function openState(
  path: string,
  secretKey: string | undefined,
  nowMs: number,
  onProblem: (where: string, message: string) => void,
): TriggerState {
  const read = readState(path)
  if (typeof read === 'string') {
    onProblem(path, `${read}: set aside as ${setAside(path, nowMs)}, and its triggers are gone until it is put back`)
  }
  const { salt, triggers } = typeof read === 'string' || read === undefined ? { salt: newSalt(), triggers: [] } : read
  const vault = vaultOf(secretKey, salt, onProblem)
  return {
    loaded: triggers,
    store: (id, since, settings) => store(vault, id, since, settings),
    open: (stored) => open(vault, stored),
    save(list) {
      const content = { version: STATE_VERSION, salt: salt.toString('base64'), triggers: list }
      replaceFile(path, `${JSON.stringify(content, null, 1)}\n`)
    },
  }
}

function vaultOf(
  key: string | undefined,
  salt: Uint8Array,
  onProblem: (where: string, message: string) => void,
): Vault | undefined {
  if (key === undefined || key === '') return undefined
  if (key.length >= MIN_KEY_LENGTH) return createVault(key, salt)
  onProblem(KEY_VARIABLE, `is not used: it must have at least ${MIN_KEY_LENGTH} characters`)
  return undefined
}

function store(vault: Vault | undefined, id: string, since: number, settings: TriggerSettings): StoredTrigger | Fault {
  const { open, sealed } = split(settings)
  const stored = { id, since, open: open as Record<string, unknown> }
  if (sealed === undefined) return stored
  if (vault === undefined) {
    const how = `start Longship with ${KEY_VARIABLE} (at least ${MIN_KEY_LENGTH} characters, as from: openssl rand -base64 32)`
    return { path: '', message: `The trigger has secrets, and there is no key to keep them with: ${how}.` }
  }
  return { ...stored, sealed: vault.seal(JSON.stringify(sealed), contextOf(stored)) }
}

function open(vault: Vault | undefined, stored: StoredTrigger): Record<string, unknown> | undefined {
  if (stored.sealed === undefined) return { ...stored.open }
  const text = vault?.open(stored.sealed, contextOf(stored))
  return text === undefined ? undefined : { ...stored.open, ...JSON.parse(text) }
}

/** Secrets open for their trigger, its kind and its address only: whoever can write the file cannot send them elsewhere. */
function contextOf({ id, open }: StoredTrigger): string {
  return JSON.stringify(['longship trigger', id, open['kind'] ?? null, open['url'] ?? null])
}

/** The file's content; what is wrong with it; undefined when there is none. */
function readState(path: string): { salt: Buffer; triggers: StoredTrigger[] } | string | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'is torn, or no file of triggers'
  }
  if (!isObject(value)) return 'is no file of triggers'
  const { version, salt, triggers } = value
  if (version !== STATE_VERSION) return `is of version ${JSON.stringify(version)}, this Longship knows ${STATE_VERSION}`
  const bytes = typeof salt === 'string' ? Buffer.from(salt, 'base64') : undefined
  if (bytes?.length !== SALT_BYTES || !Array.isArray(triggers)) return 'is no file of triggers'
  return triggers.every(isStored) ? { salt: bytes, triggers } : 'holds entries that are no triggers'
}

function isStored(value: unknown): value is StoredTrigger {
  if (!isObject(value)) return false
  const { id, since, open, sealed } = value
  const isSealed = sealed === undefined || typeof sealed === 'string'
  return typeof id === 'string' && Number.isSafeInteger(since) && isObject(open) && isSealed
}
