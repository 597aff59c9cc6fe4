/** `| line_format` and `| label_format`: templates over the labels, and renaming. */
import type { LabelFormat } from '../ast.ts'
import type { Row, Stage } from '../row.ts'
import { type CompiledTemplate, compileTemplate, type Functions, lokiFunctions, textMap } from '../template/index.ts'
import { timeOfNanos } from '../template/time.ts'
import { stageFault } from './fault.ts'

/** The row that a template runs on is set before each run. */
interface Current {
  row: Row
}

function functionsOver(current: Current): Functions {
  return new Map([
    ...lokiFunctions(),
    ['__line__', { parameters: [], call: () => current.row.line() }],
    ['__timestamp__', { parameters: [], call: () => timeOfNanos(current.row.timestamp()) }],
  ])
}

/** Throws for a template that Go would not parse. */
export function lineFormatStage(source: string): Stage {
  const current = {} as Current
  const template = compileLine(source, functionsOver(current))
  const { onlyField } = template
  const wanted = labelReader(template.lookups)
  if (onlyField !== undefined) {
    return (row) => {
      row.setLine(row.get(onlyField) ?? '')
      return true
    }
  }
  return (row) => {
    current.row = row
    const text = run(template, row, wanted(row))
    if (text !== undefined) row.setLine(text)
    return true
  }
}

export function lineFormatFields(source: string): readonly string[] {
  return compileLine(source, functionsOver({} as Current)).fields
}

function compileLine(source: string, functions: Functions): CompiledTemplate {
  return stageFault('invalid line template: ', () => compileTemplate('line', source, functions))
}

/** Renames and templates in their order; templates see the labels as they were before the first of them. */
export function labelFormatStage(formats: readonly LabelFormat[]): Stage {
  refuseNames(formats)
  const current = {} as Current
  const functions = functionsOver(current)
  const steps = formats.map((format) => ({
    ...format,
    template: format.isRename ? undefined : compileLabel(format, functions),
  }))
  // With more than one, the labels as they were before the first are kept for the others.
  const wanted = labelReader(steps.length === 1 ? steps[0]!.template?.lookups : undefined)
  return (row) => {
    current.row = row
    let labels: Map<string, string> | undefined
    for (const { name, value, template } of steps) {
      if (template === undefined) {
        const renamed = row.get(value)
        if (renamed === undefined) continue
        row.set(name, renamed)
        row.delete(value)
        continue
      }
      if (labels === undefined || labels.size === 0) labels = wanted(row)
      const text = run(template, row, labels)
      if (text !== undefined) row.set(name, text)
    }
    return true
  }
}

export function labelFormatFields(formats: readonly LabelFormat[]): string[] {
  const functions = functionsOver({} as Current)
  return formats.flatMap((format) => (format.isRename ? [format.value] : compileLabel(format, functions).fields))
}

function compileLabel({ name, value }: LabelFormat, functions: Functions): CompiledTemplate {
  return stageFault(`invalid template for label '${name}': `, () => compileTemplate('label', value, functions))
}

function refuseNames(formats: readonly LabelFormat[]): void {
  const seen = new Set<string>()
  for (const { name } of formats) {
    if (name === '__error__') throw new Error(`${name} cannot be formatted`)
    if (seen.has(name)) throw new Error(`multiple label name '${name}' not allowed in a single format operation`)
    seen.add(name)
  }
}

/** Reads all labels, or only those of these names. */
function labelReader(names: readonly string[] | undefined): (row: Row) => Map<string, string> {
  if (names === undefined || names.some((name) => name.startsWith('__error'))) return labelsOf
  return (row) => {
    const labels = new Map<string, string>()
    for (const name of names) {
      const value = row.get(name)
      if (value !== undefined) labels.set(name, value)
    }
    return labels
  }
}

function labelsOf(row: Row): Map<string, string> {
  const labels = new Map<string, string>()
  row.each((name, value) => labels.set(name, value))
  row.eachError((name, value) => labels.set(name, value))
  return labels
}

/** undefined, and the row's error, when the template fails. */
function run(template: CompiledTemplate, row: Row, labels: ReadonlyMap<string, string>): string | undefined {
  try {
    return template.run(textMap(labels))
  } catch (error) {
    row.error = 'TemplateFormatErr'
    row.details = (error as Error).message
    return undefined
  }
}
