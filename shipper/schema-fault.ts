/** What a generated schema check finds wrong, in our words: where, what was got, what is allowed. */
import { didYouMean } from './suggest.ts'

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
interface Check {
  (value: unknown): boolean
  readonly errors?: readonly SchemaError[] | null
}

/** What a message calls the whole, and values of which names are never shown. */
export interface Wording {
  readonly whole: string
  readonly secret: RegExp
}

/** Fills defaults into `value` in place and says all that is wrong with it. `compiled`: of a *.generated.ts. Never throws. */
export function faultsOf(compiled: unknown, value: unknown, wording: Wording): Problem[] {
  const check = compiled as Check
  return check(value) ? [] : (check.errors ?? []).flatMap((error) => toProblem(error, wording))
}

function toProblem(error: SchemaError, { whole, secret }: Wording): Problem[] {
  const path = toPath(error.instancePath)
  const where = pathText(path)
  const parent = (error.parentSchema ?? {}) as { title?: string; properties?: object; enum?: string[] }
  const got = shown(error.data, path, secret)
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(error.params['additionalProperty'])
      const known = Object.keys(parent.properties ?? {})
      const owner = where || whole
      const message = `${owner} has no key ${JSON.stringify(name)}. Known: ${known.join(', ')}.${didYouMean(name, known)}`
      return [{ path: [...path, name], message }]
    }
    case 'required':
      return [
        {
          path,
          message: `${where || whole} needs ${JSON.stringify(error.params['missingProperty'])}, which is missing.`,
        },
      ]
    case 'enum': {
      const known = parent.enum ?? []
      return [{ path, message: notAllowed(where, got, known, error.data) }]
    }
    case 'type':
      return [{ path, message: `${where || whole} must be ${typeText(error.params['type'])}, got ${got}.` }]
    case 'pattern':
      return [{ path, message: `${where} must be ${parent.title ?? 'of another form'}, got ${got}.` }]
    case 'allOf':
    case '$ref':
      return []
    default:
      return [{ path, message: `${where} ${error.message ?? 'is not valid'}, got ${got}.` }]
  }
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
export function shown(value: unknown, path: readonly (string | number)[], secret: RegExp): string {
  if (path.some((part) => secret.test(String(part)))) return 'a value that is not shown'
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
