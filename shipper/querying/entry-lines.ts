/** Log entries as lines for people: time, level, who, message, and in grey what else there is. */
import type { Entry } from './answer.ts'
import type { TimeText } from './clock-text.ts'
import { type RecordView, viewOf } from './record-view.ts'
import type { Screen } from './screen.ts'
import { cut, escapeControls, padEnd, widthOf } from './width.ts'

/** Labels that say who: the first that an entry has, of each list. */
const SERVICES = ['service', 'service_name', 'app', 'job', 'container'] as const
const NODES = ['node', 'component', 'pod', 'instance', 'host', 'hostname'] as const

const MAX_WHO_CELLS = 28
const LEVEL_CELLS = 5
/** From this width on there is room for the whole time. */
const WIDE_COLUMNS = 120

export interface EntryLines {
  /** Lines of a page: `isAll` when there will be no other, so that what all entries share need not be said again. */
  lines(entries: readonly Entry[], isAll: boolean): Iterable<string>
  /** What all entries of the page share, as {a="b"}; '' for nothing. Valid after lines() began. */
  readonly common: string
}

export function entryLines({ columns, isTerminal, colours }: Screen, times: TimeText): EntryLines {
  const isShort = isTerminal && columns < WIDE_COLUMNS
  let day = ''
  let common: ReadonlyMap<string, string> = new Map()
  const paint = levelPainter(colours)
  const lineOf = (entry: Entry, who: string, whoCells: number) => {
    const view = viewOf(entry, new Set([...common.keys(), ...SERVICES, ...NODES]))
    const level = padEnd(cut(levelWord(view.level), LEVEL_CELLS), LEVEL_CELLS)
    const time = isShort ? times.clock(entry.time) : times.full(entry.time)
    const head = [time, level, ...(whoCells > 0 ? [padEnd(cut(who, whoCells), whoCells)] : [])]
    const message = escapeControls(view.message)
    const room = columns - widthOf(head.join(' ')) - 1 - widthOf(message) - 1
    const rest = room < MIN_FIELD_CELLS ? '' : cut(fieldsText(view), room)
    const [shownTime, shownLevel, ...shownWho] = head
    const colored = [colours.dim(shownTime!), paint(view.level, shownLevel!), ...shownWho.map(colours.cyan)]
    return `${[...colored, message].join(' ')}${rest === '' ? '' : ` ${colours.dim(rest)}`}`.trimEnd()
  }
  return {
    *lines(entries, isAll) {
      common = isAll ? commonLabels(entries) : new Map()
      const names = entries.map((entry) => whoOf(entry, common))
      const whoCells = names.reduce((most, name) => Math.min(MAX_WHO_CELLS, Math.max(most, widthOf(name))), 0)
      for (const [index, entry] of entries.entries()) {
        const today = isShort ? times.day(entry.time) : ''
        if (today !== day) yield colours.bold(today)
        day = today
        yield lineOf(entry, names[index]!, whoCells)
      }
    },
    get common() {
      return [...common].map(([name, value]) => `${name}=${JSON.stringify(escapeControls(value))}`).join(', ')
    },
  }
}

/** Fewer cells show nothing worth reading. */
const MIN_FIELD_CELLS = 8

/** Labels that all entries have with one value. None for a single entry: its labels are what is worth saying of it. */
export function commonLabels(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const [first, ...others] = entries
  if (first === undefined || others.length === 0) return new Map()
  const common = new Map(first.labels)
  let last = first.labels
  for (const { labels } of others) {
    if (labels === last) continue
    last = labels
    for (const [name, value] of common) if (labels.get(name) !== value) common.delete(name)
  }
  return common
}

/** langgraph/developer: only what not all entries share. */
function whoOf({ labels }: Entry, common: ReadonlyMap<string, string>): string {
  const parts = [SERVICES, NODES].flatMap((names) => {
    const name = names.find((each) => labels.has(each))
    return name === undefined || common.has(name) ? [] : [labels.get(name)!]
  })
  return escapeControls(parts.join('/'))
}

function fieldsText({ fields }: RecordView): string {
  return fields.map(([name, value]) => `${escapeControls(name)}=${fieldText(value)}`).join(' ')
}

function fieldText(value: string): string {
  return /^[^\s"=]+$/.test(value)
    ? escapeControls(value)
    : JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeControls)
}

const SHORT_LEVELS: ReadonlyMap<string, string> = new Map([
  ['warning', 'WARN'],
  ['critical', 'CRIT'],
  ['emergency', 'EMERG'],
  ['notice', 'NOTE'],
])

function levelWord(level: string): string {
  return SHORT_LEVELS.get(level.toLowerCase()) ?? escapeControls(level).toUpperCase()
}

const LEVEL_COLOURS: readonly (readonly [RegExp, 'red' | 'yellow' | 'green' | 'gray'])[] = [
  [/^(?:err|crit|fatal|emerg|alert|panic)/i, 'red'],
  [/^warn/i, 'yellow'],
  [/^(?:info|notice)/i, 'green'],
  [/^(?:debug|trace)/i, 'gray'],
]

/** The level in its colour. */
export function levelPainter(colours: Screen['colours']): (level: string, text: string) => string {
  return (level, text) => {
    const colour = LEVEL_COLOURS.find(([pattern]) => pattern.test(level))?.[1]
    return colour === undefined ? text : colours[colour](text)
  }
}
