/** The OpenAPI document as a test reads it, and the check of an answer by it. */
import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

export interface DocumentedOperation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly isPublic: boolean
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestTypes: readonly string[]
  readonly statuses: readonly number[]
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Checker {
  readonly operations: readonly DocumentedOperation[]
  /** Fails unless the document says that this operation may answer so. */
  check(operationId: string, answered: Answered): void
  /** A value against one of the document's schemas. */
  validate(schema: string, value: unknown): void
}

// biome-ignore lint/suspicious/noExplicitAny: a document is looked through as it comes
type Any = any
type Json = Record<string, Any>

export function readDocument(document: Json): Checker {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strict: true,
    strictRequired: false,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
  })
  for (const word of ['components', 'openapi', 'info', 'servers', 'security', 'tags', 'paths']) ajv.addKeyword(word)
  ajv.addSchema({ $id: 'longship', components: document['components'] }, 'longship')
  const compiled = new Map<string, ValidateFunction>()
  const validate = (schema: string, value: unknown, where: string) => {
    if (!compiled.has(schema)) compiled.set(schema, ajv.compile({ $ref: `longship#/components/schemas/${schema}` }))
    const check = compiled.get(schema)!
    assert.ok(check(value), `${where}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(value)?.slice(0, 500)}`)
  }
  const raw = rawOperations(document)
  return {
    operations: raw.map(({ operation, ...rest }) => ({
      ...rest,
      operationId: operation['operationId'],
      isPublic: operation['security']?.length === 0,
      parameters: operation['parameters'] ?? [],
      requestTypes: Object.keys(operation['requestBody']?.content ?? {}),
      statuses: Object.keys(operation['responses']).map(Number),
    })),
    validate: (schema, value) => validate(schema, value, schema),
    check(operationId, { status, headers, text }) {
      const where = `${operationId} ${status}`
      const { operation } = raw.find((each) => each.operation['operationId'] === operationId)!
      assert.ok(operation['responses'][status], `${where} is not documented: ${text.slice(0, 300)}`)
      const response = resolve(document, operation['responses'][status])
      const type = headers.get('content-type')!
      assert.deepEqual(Object.keys(response['content']), [type], where)
      for (const name of Object.keys(response['headers'] ?? {})) assert.ok(headers.has(name), `${where} has ${name}`)
      if (type === 'text/event-stream') return
      validate(response['content'][type].schema.$ref.split('/').at(-1), JSON.parse(text), where)
    },
  }
}

export function rawOperations(
  document: Json,
): { readonly method: string; readonly path: string; readonly operation: Json }[] {
  return Object.entries(document['paths'] as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

/** Throws where a reference leads nowhere. */
export function resolve(document: Json, value: Json): Json {
  if (value['$ref'] === undefined) return value
  const found = String(value['$ref'])
    .split('/')
    .slice(1)
    .reduce<Any>((at, name) => at?.[name], document)
  assert.ok(found, `${value['$ref']} leads nowhere`)
  return found
}
