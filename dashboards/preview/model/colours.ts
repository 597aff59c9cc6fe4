/** Grafana's colour names, its palette for series, thresholds and value mappings. */
import type { FieldConfig, Mapping, Step } from './dashboard.ts'

/** Super-light, light, plain, semi-dark, dark. */
const HUES: Readonly<Record<string, readonly string[]>> = {
  red: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A'],
  orange: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400'],
  yellow: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400'],
  green: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D'],
  blue: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4'],
  purple: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8'],
}
const SHADES = ['super-light-', 'light-', '', 'semi-dark-', 'dark-']
const NAMED = new Map<string, string>([
  ...Object.entries(HUES).flatMap(([hue, colours]) =>
    SHADES.map((shade, index) => [`${shade}${hue}`, colours[index]] as const),
  ),
  // Of the text's ink: graphs on a canvas know no currentColor, so it is a grey that reads in light and dark.
  ['text', '#8d95a3'],
  ['transparent', 'transparent'],
  ['gray', '#8e8e8e'],
  ['white', '#ffffff'],
  ['black', '#000000'],
])

/** Grafana's classic palette. */
export const PALETTE = [
  ...['green', 'semi-dark-yellow', 'light-blue', 'semi-dark-orange', 'red', 'blue', 'purple'].map((n) => NAMED.get(n)!),
  ...['#705DA0', '#508642', '#CCA300', '#447EBC', '#C15C17', '#890F02', '#0A437C', '#6D1F62', '#584477', '#B7DBAB'],
  ...['#F4D598', '#70DBED', '#F9BA8F', '#F29191', '#82B5D8', '#E5A8E2', '#AEA2E0', '#629E51', '#E5AC0E', '#64B0C8'],
] as const

/** Anything that is neither a known name nor a plain colour becomes grey: it goes into styles. */
export function colour(name: string | undefined, fallback = '#8e8e8e'): string {
  if (name === undefined || name === '') return fallback
  const named = NAMED.get(name)
  if (named !== undefined) return named
  return /^#[0-9a-f]{3,8}$|^rgba?\([\d\s.,%]+\)$|^hsla?\([\d\s.,%]+\)$/i.test(name) ? name : fallback
}

/** For text: it must be read on white as well, which Grafana's colours of series are too light for. */
export function ink(color: string): string {
  return `color-mix(in srgb, ${color}, black var(--ink))`
}

export function stepsOf(config: FieldConfig): readonly Step[] {
  return config.thresholds?.steps ?? [{ value: null, color: 'green' }]
}

/** The step's position on the value's scale: percentages lie between min and max. */
export function stepValue(step: Step, config: FieldConfig, min = config.min ?? 0, max = config.max ?? 100): number {
  if (step.value === null) return Number.NEGATIVE_INFINITY
  return config.thresholds?.mode === 'percentage' ? min + ((max - min) * step.value) / 100 : step.value
}

export function thresholdColour(value: unknown, config: FieldConfig, min?: number, max?: number): string {
  const number = typeof value === 'number' ? value : Number.NEGATIVE_INFINITY
  const step = stepsOf(config).findLast((each) => number >= stepValue(each, config, min, max))
  return colour(step?.color ?? stepsOf(config)[0]?.color, '#73BF69')
}

const SCALES: ReadonlyMap<string, readonly string[]> = new Map([
  ['continuous-GrYlRd', ['#73BF69', '#FADE2A', '#F2495C']],
  ['continuous-RdYlGr', ['#F2495C', '#FADE2A', '#73BF69']],
  ['continuous-BlYlRd', ['#5794F2', '#FADE2A', '#F2495C']],
  ['continuous-YlRd', ['#FFEE52', '#F2495C']],
  ['continuous-BlPu', ['#5794F2', '#B877D9']],
  ['continuous-YlBl', ['#FADE2A', '#5794F2']],
  ['continuous-blues', ['#C0D8FF', '#1F60C4']],
  ['continuous-reds', ['#FFA6B0', '#C4162A']],
  ['continuous-greens', ['#C8F2C2', '#37872D']],
  ['continuous-purples', ['#DEB6F2', '#8F3BB8']],
])

/** The colour of a value, or of the series at `index`, by the field's colour mode and mappings. */
export function valueColour(value: unknown, config: FieldConfig, index = 0, min?: number, max?: number): string {
  const mapped = mappingFor(value, config.mappings)
  if (mapped?.color !== undefined) return colour(mapped.color)
  const mode = config.color?.mode ?? 'thresholds'
  if (mode === 'fixed' || mode === 'shades') return colour(config.color?.fixedColor, '#73BF69')
  const scale = SCALES.get(mode)
  if (scale !== undefined) return between(scale, position(value, min ?? config.min ?? 0, max ?? config.max ?? 100))
  if (mode.startsWith('palette')) return PALETTE[index % PALETTE.length]
  return thresholdColour(value, config, min, max)
}

/** A series' colour: one for the whole line. */
export function seriesColour(config: FieldConfig, index: number, last: unknown): string {
  const mode = config.color?.mode ?? 'palette-classic'
  return mode === 'palette-classic' || mode === 'palette-classic-by-name'
    ? PALETTE[index % PALETTE.length]
    : valueColour(last, config, index)
}

function position(value: unknown, min: number, max: number): number {
  return typeof value !== 'number' || max <= min ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)))
}

export function between(scale: readonly string[], at: number): string {
  const place = at * (scale.length - 1)
  const low = Math.min(Math.floor(place), scale.length - 2)
  const part = (hex: string, index: number) => Number.parseInt(hex.slice(1 + index * 2, 3 + index * 2), 16)
  const mix = (index: number) =>
    Math.round(part(scale[low], index) + (part(scale[low + 1], index) - part(scale[low], index)) * (place - low))
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`
}

export interface Mapped {
  readonly text?: string
  readonly color?: string
}

export function mappingFor(value: unknown, mappings: readonly Mapping[] | undefined): Mapped | undefined {
  for (const { type, options } of mappings ?? []) {
    if (type === 'value' && options !== null && Object.hasOwn(options, String(value))) return options[String(value)]
    if (type === 'range' && typeof value === 'number') {
      if (value >= (options.from ?? Number.NEGATIVE_INFINITY) && value <= (options.to ?? Number.POSITIVE_INFINITY))
        return options.result
    }
    if (type === 'special' && isSpecial(value, options.match)) return options.result
    if (type === 'regex' && typeof value === 'string' && matches(value, options.pattern)) return options.result
  }
  return undefined
}

function isSpecial(value: unknown, match: string): boolean {
  const isNull = value === null || value === undefined
  const isNumberless = Number.isNaN(value)
  if (match === 'null') return isNull
  if (match === 'nan') return isNumberless
  if (match === 'null+nan') return isNull || isNumberless
  if (match === 'empty') return value === ''
  return match === String(value)
}

function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern.replace(/^\/(.*)\/\w*$/s, '$1')).test(value.slice(0, 1000))
  } catch {
    return false
  }
}
