/** Tables of columns, as Grafana's data frames: what queries give, transformations change and panels draw. */
import type { FieldConfig } from './dashboard.ts'

export type FieldType = 'time' | 'number' | 'string' | 'other'
export type Labels = ReadonlyMap<string, string>

export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly values: readonly unknown[]
  readonly labels?: Labels
  /** What the query wants it called: its legend. */
  readonly legend?: string
  /** Set by the panel's defaults and overrides. */
  readonly config?: FieldConfig
}

export interface Frame {
  readonly refId: string
  readonly name?: string
  readonly fields: readonly Field[]
  /** Log lines, rather than numbers. */
  readonly isLogs?: boolean
}

export function lengthOf(frame: Frame): number {
  return frame.fields[0]?.values.length ?? 0
}

/** Labels of Prometheus' notation: {a="b", c="d"}. */
export function labelsText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** What a field is called: configured, else its legend, else its labels, else its name. */
export function displayName(field: Field, frame?: Frame): string {
  const wanted = field.config?.displayName
  if (wanted !== undefined && wanted !== '') return fillName(wanted, field, frame)
  if (field.legend !== undefined && field.legend !== '') return field.legend
  if (field.labels !== undefined && field.labels.size > 0) return labelsText(field.labels)
  if (field.name === 'Value' && frame?.name !== undefined) return frame.name
  return field.name
}

function fillName(text: string, field: Field, frame?: Frame): string {
  return text
    .replace(/\$\{__field\.labels(?:\.(\w+)|\["([^"]+)"\])\}/g, (_, a, b) => field.labels?.get(a ?? b) ?? '')
    .replace(/\$\{__field\.name\}/g, field.legend ?? field.name)
    .replace(/\$\{__field\.labels\}/g, field.labels === undefined ? '' : labelsText(field.labels))
    .replace(/\$\{__series\.name\}/g, frame?.name ?? field.name)
}

/** `{{label}} text` of a query's legend. */
export function legendText(format: string, labels: Labels): string {
  return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) => labels.get(name) ?? '')
}
