/**
 * What the lines of one shape mean, worked out once from the general path's own answer for one such line: which value is
 * the time, the level, the labels, what goes where in the written record. The tables stay the general path's.
 */

import { type Claim, type Claims, claimFields } from '../normalize/claims.ts'
import { readDuration } from '../normalize/duration.ts'
import type { Surroundings } from '../normalize/normalize.ts'
import { RESERVED_NAMES } from '../normalize/normalize.ts'
import { placeOf } from '../normalize/place.ts'
import { METADATA_FIELDS, type ParsedLine, TEXT_FIELDS } from '../record.ts'
import { writeString } from '../terms/json.ts'
import { type DurationUnit, meaningOf, type Role } from '../terms/keys.ts'
import type { LevelScale } from '../terms/level.ts'
import { ESCAPED, FALSE, NULL, NUMBER, TEXT, TRUE } from './scan.ts'
import { bytesOf, type Constant, constant } from './slices.ts'

/** No value: the constant beside it stands. */
export const NONE = -1

/** One member of the written record, and its copy in structured metadata if it has one. */
export interface Step {
  /** Index of its value in the scan; NONE for derived ones. */
  readonly index: number
  readonly name: string
  /** ,"name":" for texts, ,"name": for values written as they stand. */
  readonly prefix: Constant
}

/** Names of what rules look at, and for each where it stands: the index of a value, or below 0. */
export interface Sights {
  readonly names: readonly string[]
  /** By name, where it stands; NONE. */
  readonly at: Int32Array
  /** Those that stand somewhere. */
  readonly present: Int32Array
  /** Of the field `stream`. */
  readonly stream: number
}

export interface Plan {
  readonly format: string
  readonly scale: LevelScale | undefined
  /** For each key of the shape, the types its value may have (bit by type); others go the general way. */
  readonly types: Int32Array
  /** How many lines it took. */
  lines: number
  /** Where its lines have what rules look at; see glimpse.ts. */
  sights: Sights | undefined
  /** Of the keys of which an empty value goes the general way. */
  readonly filled: readonly number[]
  readonly time: number
  /** True for times without a zone, taken as UTC. */
  readonly zoneless: boolean
  readonly level: number
  /** Whether its levels are in capitals: some formats differ only in that. */
  readonly isUpperLevel: boolean
  readonly service: number
  readonly node: number
  /** The caller, where it may name the node: whether it is a place (file:line) must be as in the example. */
  readonly place: number
  /** Whether the node is the file of that place. */
  readonly isNodePlace: boolean
  readonly env: number
  readonly texts: readonly Step[]
  readonly extras: readonly Step[]
  readonly metadata: readonly Step[]
  readonly outcomeFrom: {
    readonly outcome: number
    readonly success: number
    readonly status: number
    readonly exitCode: number
    readonly event: number
  }
  /** What patterns are mined of: the message, or the event where there is none. */
  readonly mined: number
  readonly duration: number
  readonly durationUnit: DurationUnit
  /** True when the format made duration_ms from a whole number in its own unit. */
  readonly isDurationDerived: boolean
  readonly durationAt: number
  /** ,"format":"…" as bytes, and as a metadata pair. */
  readonly formatText: Constant
  readonly formatPair: Constant
  /** Upper bound of what the record takes beyond the line's own bytes. */
  readonly overhead: number
}

const ANY = 0xff
const bit = (...types: number[]) => types.reduce((mask, type) => mask | (1 << type), 0)

/** Text fields that are copied into structured metadata, or become labels, must be free of escapes. */
const PLAIN_ONLY: ReadonlySet<string> = new Set([...METADATA_FIELDS, 'logger'])

/**
 * The plan for lines with these keys (in line order, '' where the lane put a value of its own), or null when the general
 * path has to take them. `rename` is the format's own table of names.
 */
export function makePlan(
  keys: readonly string[],
  parsed: ParsedLine,
  rename: ReadonlyMap<string, string>,
  around: Surroundings,
  timeIndex: number,
): Plan | null {
  const names = keys.map((key) => rename.get(key) ?? key)
  if (new Set(names).size !== names.length) return null
  // With two times in a line it hangs on their values which one counts.
  if (names.some((name, index) => index !== timeIndex && meaningOf(name)?.role === 'timestamp')) return null
  const claims = claimFields(parsed.fields, true)
  const indexOf = (role: Role) => {
    const claim = claims.get(role)
    return claim === undefined ? NONE : names.indexOf(claim.name)
  }
  const duration = durationOf(names, parsed, claims.get('duration'))
  for (const [role, claim] of claims) {
    if (claim.nested || (!names.includes(claim.name) && (role !== 'duration' || duration.index === NONE))) return null
  }
  const types = new Int32Array(keys.length).fill(ANY)
  types[timeIndex] = bit(TEXT)
  const restrict = (index: number, mask: number) => {
    if (index !== NONE) types[index] &= mask
  }
  for (const role of claims.keys()) restrict(indexOf(role), ~bit(NULL))
  // In this line they were null or arrays; another value would claim the role, and the line mean something else.
  for (const index of names.keys()) if (couldClaim(names[index], claims)) restrict(index, bit(NULL))
  restrict(indexOf('level'), bit(TEXT, NUMBER))
  const named = nodeIndex(indexOf)
  const place = named === NONE && around.node === undefined ? indexOf('caller') : NONE
  const isNodePlace = place !== NONE && placeOf(String(claims.get('caller')?.value)) !== undefined
  restrict(place, bit(TEXT))
  const host = around.node === undefined ? indexOf('host') : NONE
  const node = named !== NONE ? named : isNodePlace ? place : host
  const labels = [indexOf('service'), node, indexOf('env')]
  for (const index of labels) restrict(index, bit(TEXT))
  const said = new Set<number>([timeIndex, indexOf('level'), indexOf('service'), indexOf('env'), indexOf('node')])
  const texts: Step[] = []
  const metadata: Step[] = []
  for (const field of TEXT_FIELDS) {
    if (field === 'outcome') {
      texts.push({ index: NONE, name: field, prefix: constant(',"outcome":"') })
      continue
    }
    const index = indexOf(field as Role)
    if (index === NONE) continue
    restrict(index, PLAIN_ONLY.has(field) ? bit(TEXT, NUMBER) : bit(TEXT, ESCAPED, NUMBER))
    texts.push({ index, name: field, prefix: constant(`,"${field}":"`) })
    if (!claims.get(field as Role)?.keep || names[index] === field) said.add(index)
  }
  restrict(indexOf('outcome'), bit(TEXT))
  restrict(indexOf('success'), bit(TRUE, FALSE))
  restrict(indexOf('exit_code'), bit(NUMBER))
  restrict(duration.index, duration.isDerived ? bit(NUMBER) : bit(TEXT, NUMBER))
  if (names[indexOf('outcome')] === 'outcome') said.add(indexOf('outcome'))
  if (names[duration.index] === 'duration_ms') said.add(duration.index)
  let durationPair = NONE
  for (const field of METADATA_FIELDS) {
    if (field === 'duration_ms') durationPair = metadata.length
    const derived = field === 'outcome' || field === 'duration_ms'
    const index = derived ? NONE : indexOf(field as Role)
    if (derived || index !== NONE)
      metadata.push({ index, name: field, prefix: constant(Buffer.from(pairPrefix(field))) })
  }
  const extras = extraSteps(names, parsed, said, types, duration.isDerived)
  if (extras === null) return null
  const all = [...texts, ...extras, ...metadata]
  return {
    format: parsed.format,
    scale: parsed.scale,
    types,
    lines: 0,
    sights: undefined,
    isUpperLevel: /^[A-Z]/.test(String(parsed.fields.get('level') ?? '')),
    filled: labels.filter((index) => index !== NONE),
    time: timeIndex,
    zoneless: parsed.format === 'evt',
    level: indexOf('level'),
    service: indexOf('service'),
    node,
    place,
    isNodePlace,
    env: indexOf('env'),
    texts,
    extras,
    metadata,
    outcomeFrom: {
      outcome: indexOf('outcome'),
      success: indexOf('success'),
      status: indexOf('status'),
      exitCode: indexOf('exit_code'),
      event: indexOf('event'),
    },
    mined: indexOf('message') === NONE ? indexOf('event') : indexOf('message'),
    duration: duration.index,
    durationUnit: duration.unit,
    isDurationDerived: duration.isDerived,
    durationAt: durationPair,
    formatText: constant(`,"format":"${parsed.format}"`),
    formatPair: formatPair(parsed.format),
    overhead: 400 + parsed.format.length * 2 + all.reduce((sum, step) => sum + step.prefix.length + 8, 0),
  }
}

/** Whether a key's place is before that of the key that has the role in this line. */
function couldClaim(name: string, claims: Claims): boolean {
  const meaning = meaningOf(name)
  if (meaning === undefined || meaning.role === 'timestamp') return false
  const claim = claims.get(meaning.role)
  return claim === undefined || (claim.name !== name && meaning.rank < claim.rank)
}

function nodeIndex(indexOf: (role: Role) => number): number {
  for (const role of ['node', 'component', 'logger', 'pod'] as const) {
    const index = indexOf(role)
    if (index !== NONE) return index
  }
  return NONE
}

interface PlannedDuration {
  readonly index: number
  readonly unit: DurationUnit
  readonly isDerived: boolean
}

const UNITS_MS = [1e-6, 1e-3, 1, 1000]

/** Where duration_ms comes from; when the format derived it (slog's nanoseconds), the unit is told by the example. */
function durationOf(names: readonly string[], parsed: ParsedLine, claim: Claim | undefined): PlannedDuration {
  if (claim === undefined) return { index: NONE, unit: undefined, isDerived: false }
  const index = names.indexOf(claim.name)
  if (index !== NONE) return { index, unit: claim.unit, isDerived: false }
  for (const [at, name] of names.entries()) {
    const value = parsed.fields.get(name)
    if (typeof value !== 'number' || !Number.isInteger(value) || value === 0) continue
    const unit = UNITS_MS.find((ms) => readDuration(value, ms) === claim.value)
    if (unit !== undefined && meaningOf(name)?.role === 'duration') return { index: at, unit, isDerived: true }
  }
  return { index: NONE, unit: undefined, isDerived: false }
}

/** What the record does not say, in the order in which the general path keeps it. */
function extraSteps(
  names: readonly string[],
  parsed: ParsedLine,
  said: ReadonlySet<number>,
  types: Int32Array,
  hasDerivedDuration: boolean,
): Step[] | null {
  const extras: Step[] = []
  for (const name of parsed.fields.keys()) {
    if (hasDerivedDuration && name === 'duration_ms') continue
    const index = names.indexOf(name)
    if (index === NONE) return null
    if (said.has(index)) continue
    const reserved = RESERVED_NAMES.has(name)
    if (reserved) types[index] &= ~bit(NULL)
    const kept = reserved ? `${name}_original` : name
    if (names.includes(kept) && kept !== name) return null
    extras.push({ index, name: kept, prefix: constant(`,${writeString(kept)}:`) })
  }
  return extras
}

/** A metadata pair up to its value's length: 0a len name 12. */
function pairPrefix(name: string): number[] {
  return [0x0a, name.length, ...bytesOf(name), 0x12]
}

function formatPair(format: string): Constant {
  const body = [...pairPrefix('format'), format.length, ...bytesOf(format)]
  return constant(Buffer.from([0x1a, body.length, ...body]))
}
