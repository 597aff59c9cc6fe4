/**
 * longship.yaml → validated, defaulted, frozen. Precedence: flags, environment, file, defaults. All that is wrong is
 * said at once, with file, line and column; secrets are never part of a message.
 */
import { readFileSync } from 'node:fs'
import { buildConfig } from './config/build.ts'
import { type Env, interpolate, readEnvironment } from './config/environment.ts'
import type { Config } from './config/shape.ts'
import { validate } from './config/validate.ts'
import { yaml } from './config/yaml.ts'
import { LongshipError } from './errors.ts'
import type { Problem } from './schema-fault.ts'

export type * from './config/shape.ts'

export interface ConfigSources {
  /** The file; undefined: $LONGSHIP_CONFIG, or none. A file that is named must exist. */
  readonly path?: string
  readonly env?: Env
  /** Keys as in the file, from the command line: { loki: { url } }. Undefined values count as not given. */
  readonly flags?: Record<string, unknown>
  /** Names of the formats; empty: any name is taken. */
  readonly knownFormats?: readonly string[]
  readonly readFile?: (path: string) => string
}

/** Throws LongshipError('config') that names everything that is wrong. */
export function loadConfig(from: ConfigSources = {}): Config {
  const { env = {}, flags = {}, knownFormats = [], readFile = (path: string) => readFileSync(path, 'utf8') } = from
  const path = from.path ?? (env['LONGSHIP_CONFIG'] || undefined)
  const file = path === undefined ? NO_FILE : readYaml(path, env, readFile)
  const origins = new Map<string, string>()
  const raw = prune(structuredClone(file.value))
  const settings = asObject(raw)
  if (settings !== undefined) {
    for (const { path: key, value, variable } of readEnvironment(env)) {
      put(settings, key, value)
      origins.set(key.join('.'), variable)
    }
    merge(settings, flags)
  }
  const { value, problems } = validate(settings ?? raw, knownFormats)
  const built = problems.length === 0 ? buildConfig(value, readFile, env) : { problems, config: undefined }
  if (built.config === undefined) fail(built.problems, (problem) => placeOf(problem, file, flags, origins))
  return built.config
}

interface File {
  readonly value: unknown
  /** path:line:column of a key, or as near as it gets. */
  locate(path: Problem['path']): string
}

const NO_FILE: File = { value: {}, locate: () => '' }

function readYaml(path: string, env: Env, readFile: (path: string) => string): File {
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new LongshipError('config', `cannot read configuration ${path}: ${reason}`)
  }
  const { LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const syntax = document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`)
  if (syntax.length > 0) throw new LongshipError('config', syntax.join('\n'))
  const unset = interpolate(document, env).map(({ offset, message }) => `${at(offset)}: ${message}`)
  if (unset.length > 0) throw new LongshipError('config', unset.join('\n'))
  return {
    value: document.toJS({ maxAliasCount: 100 }) ?? {},
    locate: (keys) => {
      for (let length = keys.length; length > 0; length--) {
        const node = document.getIn(keys.slice(0, length), true) as { range?: [number, number, number] } | undefined
        if (node?.range != null)
          return at(keyOffset(document.getIn(keys.slice(0, length - 1), true), keys[length - 1]) ?? node.range[0])
      }
      return path
    },
  }
}

/** Where the key stands, for values that are groups or unknown keys. */
function keyOffset(parent: unknown, key: string | number): number | undefined {
  const items = (parent as { items?: { key?: { value?: unknown; range?: number[] } }[] } | undefined)?.items
  return items?.find((item) => item?.key?.value === key)?.key?.range?.[0]
}

function placeOf(
  { path }: Problem,
  file: File,
  flags: Record<string, unknown>,
  origins: ReadonlyMap<string, string>,
): string {
  const keys = path.map(String)
  for (let length = keys.length; length > 0; length--) {
    if (valueAt(flags, keys.slice(0, length)) !== undefined && length === keys.length) return 'command line'
    const variable = origins.get(keys.slice(0, length).join('.'))
    if (variable !== undefined) return `environment ${variable}`
  }
  return file.locate(path)
}

function fail(problems: readonly Problem[], place: (problem: Problem) => string): never {
  const lines = problems.map((problem) => [place(problem), problem.message].filter((part) => part !== '').join(': '))
  throw new LongshipError('config', [...new Set(lines)].join('\n'))
}

/** A key without a value (`loki:`) counts as absent. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune)
  const object = asObject(value)
  if (object === undefined) return value
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, prune(member)]),
  )
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (rest.length === 0) target[first] = value
  else put((target[first] = asObject(target[first]) ?? {}) as Record<string, unknown>, rest, value)
}

function merge(target: Record<string, unknown>, over: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue
    const members = asObject(value)
    if (members === undefined) target[name] = value
    else merge((target[name] = asObject(target[name]) ?? {}) as Record<string, unknown>, members)
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => asObject(at)?.[key] ?? (Array.isArray(at) ? at[Number(key)] : undefined),
    value,
  )
}

const SECRET_NAMES = /^(?:password|bearer_token|token|secret)$/

/** The configuration as indented JSON, without secrets. */
export function describeConfig(config: Config): string {
  const mask = (name: string, value: unknown): unknown => {
    if (typeof value === 'string' && SECRET_NAMES.test(name)) return '***'
    // An address to send to is often a secret itself.
    if (name === 'triggers') return (value as readonly object[]).map((trigger) => ({ ...trigger, url: '***' }))
    if (name === 'headers') return Object.fromEntries(Object.keys(value as object).map((header) => [header, '***']))
    return value
  }
  return JSON.stringify(config, mask, 2)
}
