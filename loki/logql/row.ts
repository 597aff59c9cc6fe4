/** What pipeline stages see of an entry. Stages change `parsed` and `error`; a stage returns whether the entry stays. */
export interface Row {
  /** The line's text. */
  line(): string
  /** A label by name: parsed, else structured metadata, else the stream's. */
  get(name: string): string | undefined
  /** Whether the stream or the metadata has a label of this name: what a parser finds is then called name_extracted. */
  isTaken(name: string): boolean
  readonly parsed: Map<string, string>
  /** Loki's __error__ and __error_details__; '' while there is none. */
  error: string
  details: string
}

export type Stage = (row: Row) => boolean

/** Adds what a parser found; the first of a name wins, as in Loki. */
export function extract(row: Row, name: string, value: string): void {
  const own = row.isTaken(name) ? `${name}_extracted` : name
  if (!row.parsed.has(own)) row.parsed.set(own, value.includes('\ufffd') ? value.replaceAll('\ufffd', ' ') : value)
}

/** Makes a label name of a field's name: what a name may not hold becomes _. */
export function sanitizeName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name
  const trimmed = name.trim()
  return (/^[0-9]/.test(trimmed) ? '_' : '') + trimmed.replace(/[^a-zA-Z0-9_]/gu, '_')
}
