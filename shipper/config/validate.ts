/** Checks a configuration against its JSON Schema and says all that is wrong with it, each with its place. */
import schema from '../../schema/longship.schema.json' with { type: 'json' }
import { didYouMean } from '../suggest.ts'
import compiled from './check.generated.ts'

export { schema }

/** What is wrong at a path of the configuration. */
export interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What the generated check finds wrong: ajv's error objects, as far as messages are made of them. */
interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly data: unknown
  readonly parentSchema: unknown
  readonly message?: string
}

/** Fills in defaults in place; false with `errors` set. */
const check = compiled as unknown as { (value: unknown): boolean; readonly errors?: readonly SchemaError[] | null }

/** Values under these names are never shown. */
const SECRET = /password$|bearer_token$|^headers$/

/** A copy of `value` with the schema's defaults filled in, and what is wrong with it. Never throws. */
export function validate(value: unknown, formats: readonly string[]): { value: unknown; problems: Problem[] } {
  const copy = structuredClone(value)
  const problems = check(copy) ? [] : (check.errors ?? []).flatMap(toProblem)
  return { value: copy, problems: [...problems, ...formatProblems(copy, formats)] }
}

function toProblem(error: SchemaError): Problem[] {
  const path = toPath(error.instancePath)
  const where = pathText(path)
  const parent = (error.parentSchema ?? {}) as { title?: string; properties?: object; enum?: string[] }
  const got = shown(error.data, path)
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(error.params['additionalProperty'])
      const known = Object.keys(parent.properties ?? {})
      const owner = where === '' ? 'longship.yaml' : where
      const message = `${owner} has no key ${JSON.stringify(name)}. Known: ${known.join(', ')}.${didYouMean(name, known)}`
      return [{ path: [...path, name], message }]
    }
    case 'required':
      return [{ path, message: `${where} needs ${JSON.stringify(error.params['missingProperty'])}, which is missing.` }]
    case 'enum': {
      const known = parent.enum ?? []
      return [{ path, message: notAllowed(where, got, known, error.data) }]
    }
    case 'type':
      return [{ path, message: `${where || 'longship.yaml'} must be ${typeText(error.params['type'])}, got ${got}.` }]
    case 'pattern':
      return [{ path, message: `${where} must be ${parent.title ?? 'of another form'}, got ${got}.` }]
    case 'allOf':
    case '$ref':
      return []
    default:
      return [{ path, message: `${where} ${error.message ?? 'is not valid'}, got ${got}.` }]
  }
}

function formatProblems(value: unknown, formats: readonly string[]): Problem[] {
  const sources = (value as { sources?: unknown } | null)?.sources
  if (!Array.isArray(sources) || formats.length === 0) return []
  const known = ['auto', ...formats.filter((name) => name !== 'auto')]
  return sources.flatMap((source: { format?: unknown } | null, index) => {
    const format = source?.format
    if (typeof format !== 'string' || known.includes(format)) return []
    const path = ['sources', index, 'format']
    return [{ path, message: notAllowed(pathText(path), JSON.stringify(format), known, format) }]
  })
}

/** sources[1].format must not be "ngnix". Known: auto, pino, …. Did you mean "nginx"? */
export function notAllowed(where: string, got: string, known: readonly string[], value: unknown): string {
  return `${where} must not be ${got}. Known: ${known.join(', ')}.${didYouMean(value, known)}`
}

export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

function toPath(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part))
}

/** A value as messages show it: short, and never a secret. */
export function shown(value: unknown, path: readonly (string | number)[]): string {
  if (path.some((part) => SECRET.test(String(part)))) return 'a value that is not shown'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a group of keys'
  const text = JSON.stringify(value) ?? 'nothing'
  const masked = text.replace(/(:\/\/[^\s/@:]*:)[^\s]*@/g, '$1***@')
  return masked.length > 100 ? `${masked.slice(0, 100)}…` : masked
}

function typeText(type: unknown): string {
  const words: Record<string, string> = {
    string: 'text',
    integer: 'a whole number',
    boolean: 'true or false',
    object: 'a group of keys',
    array: 'a list',
  }
  const types = Array.isArray(type) ? type : String(type).split(',')
  return types.map((name) => words[name] ?? name).join(' or ')
}
