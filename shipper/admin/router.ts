/** Finds the operation of a path and method. */
import type { Operation } from './operation.ts'

export interface Found {
  /** undefined: the path is known, by other methods. */
  readonly operation: Operation | undefined
  readonly path: ReadonlyMap<string, string>
  /** Of the path, HEAD and OPTIONS among them. */
  readonly methods: readonly string[]
  /** Needs no token. */
  readonly isPublic: boolean
}

interface Route {
  readonly operation: Operation
  readonly segments: readonly string[]
}

export type FindOperation = (method: string, path: string) => Found | undefined

/** `path`: as it came, percent-encoded. Answers undefined for a path that is none, or not decodable. Names before {names}. */
export function createRouter(operations: readonly Operation[]): FindOperation {
  const routes: Route[] = operations
    .map((operation) => ({ operation, segments: operation.path.split('/') }))
    .sort((a, b) => holes(a) - holes(b))
  return (method, path) => {
    // Split before it is decoded: an id may hold a slash.
    const given = path.split('/').map(decoded)
    const matching = routes.filter(({ segments }) => fits(segments, given))
    if (matching.length === 0) return undefined
    const wanted = method === 'HEAD' ? 'GET' : method
    const route = matching.find(({ operation }) => operation.method === wanted)
    return {
      operation: route?.operation,
      path: new Map(route?.segments.flatMap((name, i) => (isHole(name) ? [[name.slice(1, -1), given[i]!]] : []))),
      methods: methodsOf(matching),
      isPublic: matching.some(({ operation }) => operation.isPublic === true),
    }
  }
}

function methodsOf(matching: readonly Route[]): string[] {
  const methods = new Set<string>(matching.map(({ operation }) => operation.method))
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods, 'OPTIONS']
}

function fits(segments: readonly string[], given: readonly (string | undefined)[]): boolean {
  if (segments.length !== given.length) return false
  return segments.every((name, i) => {
    const segment = given[i]
    return isHole(name) ? segment !== undefined && segment !== '' : segment === name
  })
}

function isHole(segment: string): boolean {
  return segment.startsWith('{')
}

function holes({ segments }: Route): number {
  return segments.filter(isHole).length
}

/** undefined for what is no percent-encoded UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
