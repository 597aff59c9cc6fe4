/**
 * Names of structured metadata, interned: entries hold a small number in place of the name. A name is stored
 * as Loki normalizes it (otlptranslator's LabelNamer: a.b → a_b, 1x → key_1x).
 */

/** The name that Loki makes of a pushed one, or why it has none: Loki answers 500 for such a push. */
export function normalizeName(name: string): string | { readonly error: string } {
  if (name === '') return { error: 'label name is empty' }
  const reserved = name.length >= 4 && name.startsWith('__') && name.endsWith('__')
  const inner = (reserved ? name.slice(2, -2) : name).replace(/[^a-zA-Z0-9]+/g, '_')
  const whole = reserved ? `__${inner}__` : inner
  const normalized = /^[0-9]/.test(whole) ? `key_${whole}` : whole
  if (/^_*$/.test(normalized)) {
    return {
      error: `normalization for label name ${JSON.stringify(name)} resulted in invalid name ${JSON.stringify(normalized)}`,
    }
  }
  return normalized
}

export interface Names {
  /** Id → normalized name. */
  readonly list: string[]
  readonly ids: Map<string, number>
  /** As pushed → id, or why it cannot be stored. */
  readonly pushed: Map<string, number | { readonly error: string }>
  readonly table: NameTable
}

/** Names by their bytes: open addressing, so that the protobuf decoder makes no text for a name it knows. */
interface NameTable {
  keys: (Buffer | undefined)[]
  ids: Int32Array
  count: number
}

export function createNames(): Names {
  return { list: [], ids: new Map(), pushed: new Map(), table: emptyTable(256) }
}

function emptyTable(size: number): NameTable {
  return { keys: new Array(size).fill(undefined), ids: new Int32Array(size), count: 0 }
}

/** Id of an already normalized name. */
export function nameId(names: Names, name: string): number {
  let id = names.ids.get(name)
  if (id === undefined) {
    id = names.list.length
    names.list.push(name)
    names.ids.set(name, id)
  }
  return id
}

/** More pushed spellings than this are not remembered: an attacker's, not a program's. */
const MAX_REMEMBERED = 65_536
/** Names are never given back, so there is an end to them. */
const MAX_NAMES = 1_000_000

export function pushedNameId(names: Names, name: string): number | { readonly error: string } {
  const known = names.pushed.get(name)
  if (known !== undefined) return known
  const normalized = normalizeName(name.toWellFormed())
  const isFull = names.list.length >= MAX_NAMES && typeof normalized === 'string' && !names.ids.has(normalized)
  if (isFull) return { error: `more than ${MAX_NAMES} different names of structured metadata` }
  const id = typeof normalized === 'string' ? nameId(names, normalized) : normalized
  if (names.pushed.size < MAX_REMEMBERED) names.pushed.set(name, id)
  return id
}

/** Id of the name in bytes[start, end), or why it cannot be stored. */
export function pushedNameIdAt(
  names: Names,
  bytes: Buffer,
  start: number,
  end: number,
): number | { readonly error: string } {
  const { table } = names
  const mask = table.keys.length - 1
  let hash = end - start
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  let slot = (hash ^ (hash >>> 15)) & mask
  for (;;) {
    const key = table.keys[slot]
    if (key === undefined) break
    if (key.length === end - start && sameBytes(key, bytes, start)) return table.ids[slot]!
    slot = (slot + 1) & mask
  }
  const id = pushedNameId(names, bytes.toString('utf8', start, end))
  if (typeof id === 'number' && table.count < MAX_REMEMBERED) {
    table.keys[slot] = Buffer.from(bytes.subarray(start, end))
    table.ids[slot] = id
    if (++table.count * 2 > table.keys.length) grow(names)
  }
  return id
}

function sameBytes(key: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false
  return true
}

function grow(names: Names): void {
  const old = { ...names.table }
  Object.assign(names.table, emptyTable(old.keys.length * 2))
  for (const key of old.keys) if (key !== undefined) pushedNameIdAt(names, key, 0, key.length)
}
