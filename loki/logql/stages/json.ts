/**
 * `| json`: an object's members become labels, nested ones joined by _; arrays and null do not (Loki's JSONParser).
 * Lines mostly hold the same members in the same order, so each member known remembers which one followed it, and a key is
 * compared in place, not cut out. What is odd about a line is left to jsonscan.ts, which reads as Loki's parser does.
 */
import { DUPLICATE_SUFFIX, type Row, type Stage } from '../row.ts'
import { type Hints, NO_HINTS, setError } from './hints.ts'
import {
  blockEnd,
  createBlockEnds,
  eachMember,
  isSpaceCode,
  isTokenEnd,
  type JsonKind,
  plainKind,
  stringEnd,
} from './jsonscan.ts'
import { memberName, unescapeJson, withoutInvalid } from './text.ts'

/** A member known from earlier lines. */
interface Member {
  readonly key: string
  readonly name: string
  /** Its name when stream or metadata have one like it. */
  readonly duplicate: string
  readonly isWanted: boolean
  readonly isPrefixWanted: boolean
  readonly members: Members
}

interface Members {
  readonly prefix: string
  readonly isRoot: boolean
  readonly known: Map<string, number>
  readonly list: Member[]
  /** Place in `list` → of the member that came behind it last time. */
  readonly next: number[]
}

/** Members remembered per stage; lines with more of them are read without remembering. */
const MAX_MEMBERS = 5000
/** Objects deeper than this are left to the exact reader, which needs no stack of objects to find their ends. */
const MAX_DEPTH = 32
/** Deeper members do not become labels: the stack ends somewhere. */
const MAX_EXACT_DEPTH = 400

/** How a walk over a line ended. */
const DONE = 0
const ODD = 1
const COMPLETE = 2
const DROPPED = 3

export function jsonStage(hints: Hints = NO_HINTS): Stage {
  const reader = createReader(hints)
  return (row) => {
    if (hints.hasEnough(row)) return true
    const text = row.line()
    const mark = row.mark()
    const end = reader.read(text, row)
    if (end !== ODD) return end !== DROPPED
    row.rollback(mark)
    const fault = readExactly(text, row, hints)
    if (fault === STOP_DROPPED) return false
    if (fault !== undefined && fault !== STOP_COMPLETE) setError(row, hints, 'JSONParserErr', fault)
    return true
  }
}

/** What a member is called, and what when stream or metadata have a label of its name. */
type Named = Pick<Member, 'name' | 'duplicate'>

/** Keeps the value at [start, end) under its name; says whether the walk goes on. */
function keep(
  row: Row,
  hints: Hints,
  { name, duplicate }: Named,
  kind: JsonKind,
  text: string,
  start: number,
  end: number,
): typeof DONE | typeof DROPPED {
  const own = row.isTaken(name) ? duplicate : name
  if (!hints.wants(own) || row.wasSet(own)) return DONE
  const raw = text.slice(start, end)
  row.set(own, kind === 'string' ? withoutInvalid(unescapeJson(raw) ?? '') : raw)
  return hints.keeps(own, row) ? DONE : DROPPED
}

const STOP_COMPLETE = 'complete'
const STOP_DROPPED = 'dropped'

/** Reads as grafana/jsonparser; returns its message, or why the walk ended early. */
function readExactly(text: string, row: Row, hints: Hints): string | undefined {
  const blocks = createBlockEnds(text, 0)
  const readObject = (from: number, end: number, prefix: string, isRoot: boolean, depth: number): string | undefined =>
    eachMember(text, from, end, blocks, (key, { kind, start, end: stop }) => {
      if (kind === 'object') {
        const inner = memberName(prefix, key)
        if (!hints.wantsPrefix(inner) || depth >= MAX_EXACT_DEPTH) return undefined
        return readObject(start, stop, inner, false, depth + 1)
      }
      if (kind !== 'array' && kind !== 'null') {
        const named = namesOf(prefix, isRoot, key)
        const isNamed = !isRoot || named.name !== ''
        if (isNamed && keep(row, hints, named, kind, text, start, stop) === DROPPED) return STOP_DROPPED
      }
      return hints.isComplete(row) ? STOP_COMPLETE : undefined
    })
  return readObject(0, text.length, '', true, 0)
}

function namesOf(prefix: string, isRoot: boolean, key: string) {
  const name = memberName(prefix, key)
  return { name, duplicate: isRoot ? name + DUPLICATE_SUFFIX : memberName(prefix, key + DUPLICATE_SUFFIX) }
}

interface Reader {
  read(text: string, row: Row): number
}

/** Reads what any JSON parser takes; ODD for the rest, whatever it has set by then. */
function createReader(hints: Hints): Reader {
  const root = emptyMembers('', true)
  let count = 0
  let text = ''
  let at = 0
  let row!: Row

  /** The member whose key's inside starts at `start`, guessed first by what came before; undefined for an odd one. */
  const memberAt = (members: Members, start: number, before: number): number => {
    const guess = members.next[before + 1]!
    if (guess >= 0) {
      const { key } = members.list[guess]!
      if (text.startsWith(key, start) && text.charCodeAt(start + key.length) === 34) {
        at = start + key.length + 1
        return guess
      }
    }
    const quote = text.indexOf('"', start)
    if (quote < 0) return -1
    const key = text.slice(start, quote)
    if (key.includes('\\')) return -1
    at = quote + 1
    let index = members.known.get(key)
    if (index === undefined) {
      if (count >= MAX_MEMBERS) return -1
      index = members.list.length
      members.known.set(key, index)
      members.list.push(newMember(members, key, hints))
      members.next.push(-1)
      count++
    }
    members.next[before + 1] = index
    return index
  }

  const skipSpace = (): number => {
    let code = text.charCodeAt(at)
    // Most JSON has no spaces between its marks.
    if (code > 32) return code
    while (isSpaceCode(code)) code = text.charCodeAt(++at)
    return code
  }

  const readObject = (members: Members, depth: number): number => {
    at++
    let code = skipSpace()
    let before = -1
    for (;;) {
      if (code === 125) {
        at++
        return DONE
      }
      if (code !== 34) return ODD
      before = memberAt(members, at + 1, before)
      if (before < 0) return ODD
      if (text.charCodeAt(at) !== 58 && skipSpace() !== 58) return ODD
      at++
      const end = readMember(members, members.list[before]!, depth)
      if (end !== DONE) return end
      code = skipSpace()
      if (code === 125) continue
      if (code !== 44) return ODD
      at++
      code = skipSpace()
      // A NaN here: the line ends after the comma.
      if (!(code >= 0)) return ODD
    }
  }

  const readMember = (members: Members, member: Member, depth: number): number => {
    const code = skipSpace()
    if (code === 123) {
      if (depth >= MAX_DEPTH) return ODD
      if (!member.isPrefixWanted) return skipBlock() ? DONE : ODD
      const start = at
      const end = readObject(member.members, depth + 1)
      // Loki finds an object's end before it looks inside.
      return end === COMPLETE && blockEnd(text, start, text.length) < 0 ? ODD : end
    }
    let kind: JsonKind | undefined
    let start = at
    let stop: number
    if (code === 34) {
      kind = 'string'
      start++
      stop = text.indexOf('"', start)
      if (stop >= 0 && text.charCodeAt(stop - 1) === 92) stop = stringEnd(text, start, text.length)
      if (stop < 0) return ODD
      at = stop + 1
    } else if (code === 91) {
      if (!skipBlock()) return ODD
      return hints.isComplete(row) ? COMPLETE : DONE
    } else {
      stop = at
      while (stop < text.length && !isTokenEnd(text.charCodeAt(stop))) stop++
      at = stop
      kind = plainKind(text, start, stop)
      if (kind === undefined) return ODD
    }
    if (kind !== 'null' && member.isWanted && !(members.isRoot && member.name === '')) {
      if (keep(row, hints, member, kind, text, start, stop) === DROPPED) return DROPPED
      return hints.isComplete(row) ? COMPLETE : DONE
    }
    return DONE
  }

  /** Over an array or object whose brackets all match. */
  const skipBlock = (): boolean => {
    const open: number[] = []
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 34) {
        at = stringEnd(text, at + 1, text.length)
        if (at < 0) return false
      } else if (code === 123 || code === 91) open.push(code + 2)
      else if (code === 125 || code === 93) {
        if (open.pop() !== code) return false
        if (open.length === 0) {
          at++
          return true
        }
      }
    }
    return false
  }

  return {
    read(line, next) {
      text = line
      row = next
      at = 0
      if (skipSpace() !== 123) return ODD
      return readObject(root, 0)
    },
  }
}

function emptyMembers(prefix: string, isRoot: boolean): Members {
  return { prefix, isRoot, known: new Map(), list: [], next: [-1] }
}

function newMember(members: Members, key: string, hints: Hints): Member {
  const { name, duplicate } = namesOf(members.prefix, members.isRoot, key)
  return {
    key,
    name,
    duplicate,
    isWanted: hints.wants(name) || hints.wants(duplicate),
    isPrefixWanted: hints.wantsPrefix(name),
    members: emptyMembers(name, false),
  }
}
