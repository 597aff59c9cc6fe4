/**
 * Trace and span id of the active OpenTelemetry span. Read from where every copy of @opentelemetry/api 1.x meets, the
 * process-wide registry, so that the package is no dependency: whoever traces has it.
 */
const REGISTRY = Symbol.for('opentelemetry.js.api.1')
/** createContextKey('OpenTelemetry Context Key SPAN') of the API: a registered symbol. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')

export interface TraceIds {
  readonly trace_id: string
  readonly span_id: string
}

interface Registry {
  readonly context?: { active(): { getValue(key: symbol): unknown } | undefined }
}

interface Span {
  spanContext?(): { readonly traceId?: unknown; readonly spanId?: unknown }
}

/** Undefined outside of a span, or without OpenTelemetry. Never throws. */
export function activeTrace(): TraceIds | undefined {
  const registry = (globalThis as { [REGISTRY]?: Registry })[REGISTRY]
  if (registry?.context === undefined) return undefined
  try {
    const span = registry.context.active()?.getValue(SPAN_KEY) as Span | undefined
    const { traceId, spanId } = span?.spanContext?.() ?? {}
    return isId(traceId, 32) && isId(spanId, 16) ? { trace_id: traceId, span_id: spanId } : undefined
  } catch {
    return undefined
  }
}

function isId(id: unknown, length: number): id is string {
  return typeof id === 'string' && id.length === length && !/^0+$/.test(id)
}
