/** The OpenAPI 3.1 document, made of the operations and their schemas. */
import { JSON_TYPE, type Operation } from './operation.ts'
import type { Parameter, Schema } from './parameters.ts'
import { KINDS, type KindName } from './problem.ts'
import { schemas } from './schemas.ts'
import { PROBLEM_TYPE } from './send.ts'
import { named } from './shape.ts'

const DESCRIPTION = `Rules over the stream of logs, the events that they find, and triggers that tell of them.

Every answer from 400 on is a problem (RFC 9457), whose errors say where what is wrong. HEAD answers as GET does, without
the body; OPTIONS with Allow, as 405 does for other methods. There are no CORS headers: pages of other sites may not ask. Ids in paths are percent-encoded.`

const SECURITY = [{ token: [] }]

/** JSON-ready. The same operations give the same text. */
export function openApiDocument(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    paths[operation.path] ??= {}
    paths[operation.path]![operation.method.toLowerCase()] = describe(operation)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Longship', version: '1', description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: SECURITY,
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      responses: Object.fromEntries(
        statuses(operations).map((status) => [`Problem${status}`, problemResponse(status)]),
      ),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'admin.bearer_token, or scan.folder/admin-token.' },
      },
    },
  }
}

function describe(operation: Operation): object {
  const { id, tag, summary, description, body, answer } = operation
  const parameters = parametersOf(operation)
  const content = answer.schema && { [answer.type ?? JSON_TYPE]: { schema: named(answer.schema) } }
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(operation.isPublic === true && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body.types, body.schema) } }),
    responses: {
      [answer.status]: {
        description: answer.description,
        ...(answer.headers && { headers: headersOf(answer.headers) }),
        content,
      },
      ...Object.fromEntries(
        statusesOf(operation).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

/** What any request may be answered: a wrong token also where none is needed. */
const ALWAYS: readonly KindName[] = ['invalid', 'unauthorized', 'foreign', 'crowded', 'busy']

function statusesOf({ body, refuses }: Operation): number[] {
  const kinds = [...ALWAYS, ...refuses]
  if (body !== undefined) kinds.push('large', 'type')
  return [...new Set(kinds.map((kind) => KINDS[kind].status))].sort((a, b) => a - b)
}

/** 405 is of a path, not of an operation. */
function statuses(operations: readonly Operation[]): number[] {
  return [...new Set(operations.flatMap(statusesOf))].sort((a, b) => a - b)
}

function problemResponse(status: number): object {
  const titles = Object.values(KINDS).filter((kind) => kind.status === status)
  const headers = headersOf(HEADERS_OF[status] ?? {})
  return {
    description: titles.map(({ title }) => `${title}.`).join(' '),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: { [PROBLEM_TYPE]: { schema: named('Problem') } },
  }
}

const HEADERS_OF: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'Bearer.' },
  429: { 'Retry-After': 'Seconds.' },
  503: { 'Retry-After': 'Seconds.' },
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )
}

function contentOf(types: readonly string[], schema: string): Record<string, object> {
  return Object.fromEntries(types.map((type) => [type, { schema: named(schema) }]))
}

function parametersOf({ path, query = {}, headers = {} }: Operation): object[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }))
  const inQuery = Object.entries(query).map(([name, parameter]) => queryParameter(name, parameter))
  const inHead = Object.entries(headers).map(([name, header]) => ({ name, in: 'header', ...header }))
  return [...inPath, ...inQuery, ...inHead]
}

function queryParameter(name: string, { description, schema, isList }: Parameter<unknown>): object {
  const explode: { style?: string; explode?: boolean; schema: Schema } = { schema }
  if (isList) Object.assign(explode, { style: 'form', explode: true })
  return { name, in: 'query', description, ...explode }
}
