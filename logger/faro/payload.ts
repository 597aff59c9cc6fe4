/**
 * What a browser's Faro SDK sends → entries in the schema: one each for a log, an exception, a measurement, an event, a
 * span. Everything in it is a stranger's: only known members are read, texts are cut, URLs lose their query.
 */
import type { Fields } from '../context.ts'
import { isEventName } from '../events/types.ts'

export const KINDS = ['log', 'exception', 'measurement', 'event', 'trace'] as const

export type Kind = (typeof KINDS)[number]

export interface FaroEntry {
  readonly level: string
  /** The browser's clock, milliseconds since the epoch; undefined when it says none. */
  readonly time: number | undefined
  readonly fields: Fields
}

/** A payload with more items than this is no browser's; the SDK sends at most 100 at a time. */
export const MAX_ITEMS = 2000
/** Attributes that a page adds to items, sessions and users. */
const MAX_ATTRIBUTES = 32
const MAX_ATTRIBUTE_CHARS = 1024

/** The text of a stack; source maps may have had their say. */
export type StackText = (head: string, frames: readonly Frame[], release: string | undefined) => string

export interface Frame {
  readonly filename: string
  readonly function: string
  readonly line: number | undefined
  readonly column: number | undefined
}

/** Undefined: this is no Faro payload. 'too_many': more items than any browser sends. */
export function readPayload(body: unknown, stackText: StackText): FaroEntry[] | 'too_many' | undefined {
  if (!isObject(body) || !isObject(body.meta)) return undefined
  const { logs, exceptions, measurements, events, traces } = body
  const spans = spansOf(traces)
  const lists = [list(logs), list(exceptions), list(measurements), list(events)] as const
  if (lists.some((each) => each === undefined)) return undefined
  if (lists.reduce((sum, each) => sum + each!.length, spans.length) > MAX_ITEMS) return 'too_many'
  const meta = metaFields(body.meta)
  const release = text(at(body.meta, 'app', 'release')) ?? text(at(body.meta, 'app', 'version'))
  const [logItems, exceptionItems, measurementItems, eventItems] = lists
  return [
    ...logItems!.map((item) => entry('log', item, meta, logFields(item), levelOf(item.level))),
    ...exceptionItems!.map((item) =>
      entry('exception', item, meta, exceptionFields(item, stackText, release), 'error'),
    ),
    ...measurementItems!.map((item) => entry('measurement', item, meta, measurementFields(item), 'info')),
    ...eventItems!.map((item) => entry('event', item, meta, eventFields(item), 'info')),
    ...spans.map((span) => entry('trace', span, meta, spanFields(span), 'info')),
  ]
}

type Item = Readonly<Record<string, unknown>>

function entry(kind: Kind, item: Item, meta: Fields, own: Fields, level: string): FaroEntry {
  const trace = { trace_id: text(at(item, 'trace', 'trace_id')), span_id: text(at(item, 'trace', 'span_id')) }
  const time = typeof item.timestamp === 'string' ? Date.parse(item.timestamp) : Number.NaN
  const fields = { kind, ...trace, ...own, ...attributes('context', item.context), ...meta }
  return { level, time: Number.isFinite(time) ? time : undefined, fields }
}

function logFields({ message }: Item): Fields {
  return { message: text(message) ?? '' }
}

/** The console's `log` is information. */
function levelOf(level: unknown): string {
  return typeof level === 'string' && level !== 'log' ? level.slice(0, 20) : 'info'
}

function exceptionFields(item: Item, stackText: StackText, release: string | undefined): Fields {
  const error_type = text(item.type) ?? 'Error'
  const error = text(item.value) ?? ''
  const frames = (list(at(item, 'stacktrace', 'frames')) ?? []).slice(0, 100).map(frameOf)
  return {
    error_type,
    error,
    message: `${error_type}: ${error}`,
    stack: frames.length === 0 ? undefined : stackText(`${error_type}: ${error}`, frames, release),
    fatal: typeof item.fatal === 'boolean' ? item.fatal : undefined,
    fingerprint: text(item.fingerprint),
  }
}

function frameOf({ filename, function: name, lineno, colno }: Item): Frame {
  const place = (value: unknown) => (typeof value === 'number' && value >= 0 ? Math.floor(value) : undefined)
  return { filename: text(filename) ?? '', function: text(name) || '?', line: place(lineno), column: place(colno) }
}

/** `value_lcp` …: each value under its own name, so that panels can unwrap it. */
function measurementFields({ type, values }: Item): Fields {
  const fields: Record<string, unknown> = { measurement: text(type) ?? 'unknown' }
  for (const [name, value] of isObject(values) ? Object.entries(values).slice(0, MAX_ATTRIBUTES) : []) {
    if (typeof value === 'number' && Number.isFinite(value)) fields[`value_${fieldName(name)}`] = value
  }
  return fields
}

function eventFields({ name, domain, attributes: given }: Item): Fields {
  const event = text(name) ?? 'unknown'
  const named = isEventName(event) ? { event } : { message: event }
  return { ...named, event_domain: text(domain), ...attributes('event_data', given) }
}

interface Span extends Item {
  readonly timestamp: string | undefined
}

/** OTLP's resourceSpans; of a span its name, ids and duration. */
function spansOf(traces: unknown): Span[] {
  const spans: Span[] = []
  for (const resource of list(at(traces, 'resourceSpans')) ?? []) {
    for (const scope of list(resource.scopeSpans) ?? []) {
      for (const span of list(scope.spans) ?? []) {
        if (spans.length > MAX_ITEMS) return spans
        spans.push({
          ...span,
          timestamp: isoOf(span.startTimeUnixNano),
          trace: { trace_id: span.traceId, span_id: span.spanId },
        })
      }
    }
  }
  return spans
}

function spanFields({ name, startTimeUnixNano, endTimeUnixNano }: Item): Fields {
  const duration = (Number(endTimeUnixNano) - Number(startTimeUnixNano)) / 1e6
  return { message: text(name) ?? 'span', duration_ms: duration >= 0 ? Math.round(duration * 100) / 100 : undefined }
}

function isoOf(nanos: unknown): string | undefined {
  const ms = Number(nanos) / 1e6
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined
}

/** What is true of every item. `service` is the application; the browser is its node. */
function metaFields(meta: Item): Fields {
  const app = text(at(meta, 'app', 'name')) || 'frontend'
  const url = text(at(meta, 'page', 'url'))
  return {
    service: app,
    app,
    node: 'browser',
    env: text(at(meta, 'app', 'environment')),
    app_namespace: text(at(meta, 'app', 'namespace')),
    app_version: text(at(meta, 'app', 'version')),
    app_release: text(at(meta, 'app', 'release')),
    session_id: text(at(meta, 'session', 'id')),
    user_id: text(at(meta, 'user', 'id')),
    user_username: text(at(meta, 'user', 'username')),
    user_email: text(at(meta, 'user', 'email')),
    page_id: text(at(meta, 'page', 'id')),
    page_url: url === undefined ? undefined : withoutQuery(url),
    page_path: url === undefined ? undefined : pathOf(url),
    view_name: text(at(meta, 'view', 'name')),
    browser_name: text(at(meta, 'browser', 'name')),
    browser_version: text(at(meta, 'browser', 'version')),
    browser_os: text(at(meta, 'browser', 'os')),
    browser_mobile: at(meta, 'browser', 'mobile'),
    sdk_name: text(at(meta, 'sdk', 'name')),
    sdk_version: text(at(meta, 'sdk', 'version')),
    ...attributes('session', at(meta, 'session', 'attributes')),
    ...attributes('user_attr', at(meta, 'user', 'attributes')),
    ...attributes('page', at(meta, 'page', 'attributes')),
  }
}

/** Queries hold what people typed, and tokens. */
function withoutQuery(url: string): string {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

function pathOf(url: string): string | undefined {
  try {
    return new URL(url).pathname
  } catch {
    return undefined
  }
}

function attributes(prefix: string, given: unknown): Fields {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of isObject(given) ? Object.entries(given).slice(0, MAX_ATTRIBUTES) : []) {
    const shown = text(value) ?? (typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined)
    if (shown !== undefined) fields[`${prefix}_${fieldName(name)}`] = shown.slice(0, MAX_ATTRIBUTE_CHARS)
  }
  return fields
}

function fieldName(name: string): string {
  return name.slice(0, 60).replace(/\W/g, '_')
}

function list(value: unknown): Item[] | undefined {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.filter(isObject) : undefined
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isObject(value: unknown): value is Item {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
