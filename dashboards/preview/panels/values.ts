/** Frames → the single values that stats, bar gauges and pies show: one a series, or one a row. */
import { mappingFor, valueColour } from '../model/colours.ts'
import type { FieldConfig, Link, Panel } from '../model/dashboard.ts'
import { displayName, type Field, type Frame } from '../model/frame.ts'
import { reduceValues } from '../model/reduce.ts'
import { type Formatted, formatParts } from '../model/units.ts'

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

/** Of a panel's context. */
export interface ValuesSource {
  readonly panel: Panel
  readonly frames: readonly Frame[]
  links(field: Field, row: number, frame: Frame): readonly Link[]
}

export function singleValues({ frames, panel, links }: ValuesSource): SingleValue[] {
  const {
    calcs = ['lastNotNull'],
    values: isEvery = false,
    fields: wanted = '',
    limit = MAX_VALUES,
  } = panel.options?.['reduceOptions'] ?? {}
  const found: { name: string; value: unknown; field: Field; frame: Frame; row: number }[] = []
  for (const frame of frames) {
    for (const field of frame.fields) {
      if (!isWanted(field, frame, wanted)) continue
      const name = displayName(field, frame)
      if (isEvery) {
        for (const [row, value] of field.values.entries())
          found.push({ name: rowName(field, row, frame), value, field, frame, row })
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
    const config = { ...field.config, ...(isEvery ? ownColour(name, panel) : {}) }
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

/** As Grafana names a row: by its texts, and by its column where those are not enough. */
function rowName(field: Field, row: number, frame: Frame): string {
  if (field.config?.displayName) return displayName(field, frame)
  const others = frame.fields.filter((other) => other !== field)
  const texts = others
    .filter(({ type }) => type === 'string')
    .map(({ values }) => String(values[row] ?? ''))
    .filter((text) => text !== '')
  const isOne = texts.length > 0 && !others.some(({ type }) => type === 'number')
  return [...texts, ...(isOne ? [] : [displayName(field, frame)])].join(' ')
}

/** A row's colour: that of an override by its name, though no field is called so. */
function ownColour(name: string, { fieldConfig }: Panel): Pick<FieldConfig, 'color'> {
  const own = fieldConfig?.overrides?.findLast(({ matcher }) => matcher.id === 'byName' && matcher.options === name)
  const color = own?.properties.find(({ id }) => id === 'color')?.value
  return color === undefined ? {} : { color }
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
