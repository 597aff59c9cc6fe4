/**
 * Which of a line's keys speaks for which field of the record. When several could, the one further left in the table of
 * meanings wins, the earlier one in the line breaks a tie; the losers stay fields of their own.
 */
import { type Fields, JsonNumber, type Value } from '../terms/json.ts'
import { type DurationUnit, meaningOf, type Role, squash } from '../terms/keys.ts'
import { readLevel } from '../terms/level.ts'

/** One key's claim to a role. */
export interface Claim {
  readonly name: string
  readonly value: Value
  readonly rank: number
  readonly keep: boolean
  readonly unit: DurationUnit
  /** True when it stood inside an object, which is kept whole anyway. */
  readonly nested: boolean
}

export type Claims = Map<Role, Claim>

/** Objects whose members mean by their path what a flat key of that path means: error.type, http.response.status_code. */
const PATHS = new Set(
  'log service trace span error event host http exception err kubernetes k8s deployment dd'.split(' '),
)

/** Objects that only wrap: their members mean what they would mean outside. */
const WRAPPERS = new Set(
  'attributes attr fields context ctx extra extras data jsonpayload mdc properties payload labels'.split(' '),
)

const MAX_NESTED_MEMBERS = 64
const NESTED_PENALTY = 1000

/** Fills the roles from a line's fields. `timed`: the line's time is already known, `timestamp` keys are ordinary. */
export function claimFields(fields: Fields, timed: boolean): Claims {
  const claims: Claims = new Map()
  const nested: [string, Fields][] = []
  for (const [name, value] of fields) {
    if (value instanceof Map && isSmallContainer(name, value)) nested.push([name, value])
    const meaning = meaningOf(name)
    if (meaning === undefined || (meaning.role === 'timestamp' && timed) || !canClaim(meaning.role, value)) continue
    const rival = claims.get(meaning.role)
    if (rival !== undefined && !winsOver(rival, meaning.role, meaning.rank, value)) continue
    const { rank, keep, unit } = meaning
    claims.set(meaning.role, { name, value, rank, keep, unit, nested: false })
  }
  for (const [name, members] of nested) claimNested(claims, squash(name), members, 1)
  return claims
}

/** The lower rank, but for levels: of level=4 and levelName="ERROR" the word says what it is, the number goes by a scale. */
function winsOver(rival: Claim, role: Role, rank: number, value: Value): boolean {
  if (role === 'level') {
    if (isLevelWord(value) && isNumeric(rival.value)) return true
    if (isNumeric(value) && isLevelWord(rival.value)) return false
  }
  return rank < rival.rank
}

function isLevelWord(value: Value): boolean {
  return typeof value === 'string' && /[A-Za-z]/.test(value) && readLevel(value) !== undefined
}

function isNumeric(value: Value): boolean {
  return typeof value === 'number' || value instanceof JsonNumber || /^\d{1,6}$/.test(String(value))
}

function isSmallContainer(name: string, value: Fields): boolean {
  if (value.size > MAX_NESTED_MEMBERS || name.length > 40) return false
  const key = squash(name)
  return PATHS.has(key) || WRAPPERS.has(key)
}

/** An object can stand for none of these: its parts do. A whole object claims only `error`-like text roles, to be kept. */
function canClaim(role: Role, value: Value): boolean {
  if (!(value instanceof Map) && !Array.isArray(value)) return value !== null
  return role === 'error' || role === 'stack' || role === 'message'
}

function claimNested(claims: Claims, path: string, members: Fields, depth: number): void {
  const wrapper = WRAPPERS.has(path)
  for (const [name, value] of members) {
    if (name.length > 40) continue
    const full = wrapper ? squash(name) : path + squash(name)
    if (value instanceof Map) {
      if (depth < 3 && value.size <= MAX_NESTED_MEMBERS) claimNested(claims, full, value, depth + 1)
      continue
    }
    if (value === null || Array.isArray(value)) continue
    const meaning = meaningOf(full) ?? ERROR_PARTS.get(full)
    if (meaning === undefined || meaning.role === 'timestamp') continue
    const rank = meaning.rank + NESTED_PENALTY * depth
    const rival = claims.get(meaning.role)
    const holdsObject = rival !== undefined && typeof rival.value === 'object' && !(rival.value instanceof JsonNumber)
    if (rival !== undefined && !holdsObject && rival.rank <= rank) continue
    claims.set(meaning.role, { name, value, rank, keep: false, unit: meaning.unit, nested: true })
  }
}

/** pino's err, bunyan's err, winston's error: {type, name, message, code, stack}. */
const ERROR_PARTS: ReadonlyMap<string, { role: Role; rank: number; keep: boolean; unit: DurationUnit }> = new Map(
  ['err', 'exception', 'error'].flatMap((path) =>
    (
      [
        ['message', 'error'],
        ['msg', 'error'],
        ['type', 'error_type'],
        ['class', 'error_type'],
        ['name', 'error_type'],
        ['kind', 'error_type'],
        ['code', 'error_code'],
        ['stack', 'stack'],
        ['stacktrace', 'stack'],
      ] as const
    ).map(([part, role], rank) => [path + part, { role, rank, keep: false, unit: undefined }] as const),
  ),
)
