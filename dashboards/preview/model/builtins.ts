/** Grafana's own variables: of the time range, of a query's step, and of the value that a link belongs to. */
import type { FieldConfig } from './dashboard.ts'
import { displayName, type Field, type Frame } from './frame.ts'
import { durationText, type RawRange, type TimeRange } from './times.ts'
import { formatValue } from './units.ts'
import type { BuiltIn } from './variables.ts'

export interface Times {
  readonly range: TimeRange
  /** As it was chosen (now-1h): links keep it so. */
  readonly raw: RawRange
  /** Of one query; absent in texts and links. */
  readonly stepMs?: number
  readonly isInstant?: boolean
}

/** $__interval, $__range, $__auto … of queries, titles and links. */
export function timeBuiltIns({ range, raw, stepMs = 0, isInstant = false }: Times): BuiltIn {
  const step = durationText(stepMs)
  const seconds = Math.round((range.to - range.from) / 1000)
  const known = new Map([
    ['__interval', step],
    ['__interval_ms', String(stepMs)],
    ['__rate_interval', step],
    ['__range', `${seconds}s`],
    ['__range_s', String(seconds)],
    ['__range_ms', String(range.to - range.from)],
    ['__auto', isInstant ? `${seconds}s` : step],
    ['__from', String(range.from)],
    ['__to', String(range.to)],
    ['__url_time_range', `from=${encodeURIComponent(raw.from)}&to=${encodeURIComponent(raw.to)}`],
  ])
  return (name, path) => (path === undefined ? known.get(name) : undefined)
}

/** What a data link may say of its value, then what `rest` knows: __value.raw, __data.fields.Name, __field.labels.x. */
export function valueBuiltIns(field: Field, row: number, frame: Frame, rest: BuiltIn): BuiltIn {
  return (name, path = '') => {
    if (name === '__value') return valuePart(field.values[row], path, field.config)
    if (name === '__field') {
      const label = /^labels(?:\.(\w+)|\["([^"]+)"\])$/.exec(path)
      return label === null ? displayName(field, frame) : (field.labels?.get(label[1] ?? label[2]!) ?? '')
    }
    if (name === '__series') return displayName(field, frame)
    if (name !== '__data') return rest(name, path === '' ? undefined : path)
    const wanted = /^fields(?:\.([^.[\]]+)|\[(?:"([^"]+)"|(\d+))\])/.exec(path)
    if (wanted === null) return undefined
    const named = wanted[1] ?? wanted[2]
    const other =
      named === undefined
        ? frame.fields[Number(wanted[3])]
        : frame.fields.find((each) => each.name === named || displayName(each, frame) === named)
    return String(other?.values[row] ?? '')
  }
}

function valuePart(value: unknown, path: string, config: FieldConfig = {}): string {
  if (path === 'time') return ''
  return path === 'text' ? formatValue(value, config.unit, config.decimals) : String(value ?? '')
}
