/** One operation of the API: what the router, the server and the document are made of. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../terms/answer.ts'
import type { Criteria } from './event-query.ts'
import type { Parameters, Schema, Values } from './parameters.ts'
import type { AdminParts } from './parts.ts'
import { type KindName, refusalProblem } from './problem.ts'
import type { SchemaName } from './schemas.ts'

export const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

export const JSON_TYPE = 'application/json'
export const MERGE_PATCH_TYPE = 'application/merge-patch+json'
export const EVENT_STREAM_TYPE = 'text/event-stream'

export interface Call<P extends Parameters = Parameters> {
  readonly request: IncomingMessage
  /** Of the path's template: decoded. */
  readonly path: ReadonlyMap<string, string>
  readonly query: Values<P>
  /** The query as it came, for what is read elsewhere. */
  readonly search: URLSearchParams
  /** A JSON object, of operations with a body. */
  readonly body: unknown
}

/** What every operation may use. */
export interface Setting extends AdminParts {
  /** Milliseconds. */
  now(): number
  /** Counters of the API itself. */
  admin(): object
  document(): object
  openStream(request: IncomingMessage, response: ServerResponse, start: StreamStart): void
}

export interface StreamStart {
  /** Sequence number behind which it begins; undefined: with what comes. */
  readonly after: number | undefined
  readonly filter: Criteria
}

export type Reply =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** JSON that somebody else wrote. */
  | { readonly status: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  /** Writes the answer itself; headers are its own. HEAD never comes so far. */
  | { readonly type: string; readonly stream: (response: ServerResponse) => void }

export interface Operation<P extends Parameters = Parameters> {
  readonly id: string
  readonly method: Method
  /** With its prefix; {name} stands for one segment. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Needs no token. */
  readonly isPublic?: boolean
  readonly query?: P
  /** Whoever reads the query says what is wrong with it: Loki's own parameters. */
  readonly isOpenQuery?: boolean
  /** Request headers that it knows, for the document. */
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>
  readonly body?: { readonly schema: SchemaName; readonly types: readonly string[] }
  readonly answer: {
    readonly status: 200 | 201
    readonly description: string
    readonly schema?: SchemaName
    /** application/json unless told otherwise. */
    readonly type?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Beside those that every operation may answer. */
  readonly refuses: readonly KindName[]
  run(call: Call<P>, setting: Setting): Reply | Promise<Reply>
}

/** Keeps the types of parameters inside, forgets them outside. */
export function operation<const P extends Parameters>(entry: Operation<P>): Operation {
  return entry as unknown as Operation
}

export function ok(json: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return { status: 200, json, ...(headers && { headers }) }
}

/** What was asked for, or the ProblemError that says why not. */
export function granted<T>(answer: Answer<T>): T {
  if (!answer.ok) throw refusalProblem(answer.refusal)
  return answer.value
}
