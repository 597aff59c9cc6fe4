/** Words that JSON Schemas are written with: an object has no names but its own, unless it is a map. */
import type { Schema } from './parameters.ts'

/** All names are required unless told otherwise. */
export function object(properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema {
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 && { required }) }
}

/** Names are anything: ids, or what a log said. */
export function map(values: Schema, description: string): Schema {
  return { type: 'object', additionalProperties: values, description }
}

export function array(items: Schema): Schema {
  return { type: 'array', items }
}

export function string(description: string, values?: readonly string[]): Schema {
  return { type: 'string', description, ...(values && { enum: [...values] }) }
}

export function integer(description: string): Schema {
  return { type: 'integer', description }
}

export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}
