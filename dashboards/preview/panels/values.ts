/** Frames → the single values that stats, bar gauges and pies show: one a series, or one a row. */
import { mappingFor, valueColour } from '../model/colours.ts'
import type { FieldConfig } from '../model/dashboard.ts'
import { displayName, type Field, type Frame } from '../model/frame.ts'
import { reduceValues } from '../model/reduce.ts'
import { type Formatted, formatParts } from '../model/units.ts'
import type { Link, PanelContext } from './panel.ts'

export interface SingleValue {
  readonly name: string
  readonly value: unknown
  readonly shown: Formatted
  readonly color: string
  readonly config: FieldConfig
  /** All values of the series, for a small graph behind the number. */
  readonly trend: readonly unknown[]
  readonly links: readonly Link[]
}

/** Rows beyond this make a picture that nobody reads. */
const MAX_VALUES = 100

export function singleValues({ frames, panel, links }: PanelContext): SingleValue[] {
  const {
    calcs = ['lastNotNull'],
    values: isEvery = false,
    fields: wanted = '',
    limit = MAX_VALUES,
  } = panel.options?.['reduceOptions'] ?? {}
  const found: { name: string; value: unknown; field: Field; frame: Frame; row: number }[] = []
  for (const frame of frames) {
    const names = frame.fields.find(({ type }) => type === 'string')
    for (const field of frame.fields) {
      if (!isWanted(field, frame, wanted)) continue
      const name = displayName(field, frame)
      if (isEvery) {
        for (const [row, value] of field.values.entries())
          found.push({ name: String(names?.values[row] ?? name), value, field, frame, row })
      } else {
        found.push({
          name,
          value: reduceValues(field.values, calcs[0] ?? 'lastNotNull'),
          field,
          frame,
          row: Math.max(0, field.values.length - 1),
        })
      }
    }
  }
  const numbers = found.map(({ value }) => value).filter((value): value is number => typeof value === 'number')
  const [min, max] = [Math.min(0, ...numbers), Math.max(...numbers)]
  return found.slice(0, Math.min(limit, MAX_VALUES)).map(({ name, value, field, frame, row }, index) => {
    const config = field.config ?? {}
    return {
      name,
      value,
      shown: shownValue(value, config),
      color: valueColour(value, config, index, config.min ?? min, config.max ?? max),
      config,
      trend: isEvery ? [] : field.values,
      links: links(field, row, frame),
    }
  })
}

/** `wanted`: '' for numbers, else a field's name, as a pattern too; the pattern of everything is for every field. */
function isWanted(field: Field, frame: Frame, wanted: string): boolean {
  if (wanted === '') return field.type === 'number'
  if (wanted === '/.*/') return true
  const name = displayName(field, frame)
  return name === wanted || `/^${name}$/` === wanted
}

/** A value's text by mapping, else by unit. */
export function shownValue(value: unknown, config: FieldConfig): Formatted {
  const mapped = mappingFor(value, config.mappings)?.text
  if (mapped !== undefined && mapped !== '') return { prefix: '', text: mapped, suffix: '' }
  return formatParts(value, config.unit, config.decimals)
}

export function shownText(value: unknown, config: FieldConfig): string {
  const { prefix, text, suffix } = shownValue(value, config)
  return `${prefix}${text}${suffix}`
}
