/**
 * System C's wrappers: a node of a graph, or a tool, logs its start and its end, and everything logged within carries its
 * name. What the function returns or throws goes through unchanged.
 */
import { type Fields, withContext } from './context.ts'
import { rounded, ticks } from './durations.ts'
import { defaultLogger, type Logger } from './logger.ts'
import { memberNames, readMember } from './write.ts'

/** What LangGraph.js calls: (state, config?) → an update of the state, or a promise of one. */
export type NodeFunction<Args extends readonly unknown[], Result> = (...args: Args) => Result

/** [logger,] name, function: without a logger the one that was created first is used. */
type Wrapping<Args extends readonly unknown[], Result> =
  | readonly [name: string, run: NodeFunction<Args, Result>]
  | readonly [logger: Logger, name: string, run: NodeFunction<Args, Result>]

/**
 * Wraps a node: node_start, then node_complete with duration_ms and the keys of the state that it changed, or node_failed
 * with the error and its stack; what LangGraph throws to interrupt a node completes it, as interrupted. `node`, and thread_id where state or config names one, are bound inside.
 * @example graph.addNode('developer', logNodeExecution('developer', developer))
 */
export function logNodeExecution<Args extends readonly unknown[], Result>(
  ...wrapping: Wrapping<Args, Result>
): NodeFunction<Args, Result> {
  const { loggerOf, name, run } = unwrap(wrapping)
  const events = { start: 'node_start', complete: 'node_complete', failed: 'node_failed' }
  const detail = (result: unknown) => ({ state_updates: updatesOf(result) })
  return named(run, function (this: unknown, ...args: Args) {
    const called = () => Reflect.apply(run, this, args) as Result
    return withContext({ node: name, ...threadOf(args) }, () => watched(loggerOf(), events, {}, called, detail))
  })
}

/**
 * Wraps a tool: tool_execution_start, tool_execution_complete with duration_ms, tool_execution_failed with the error.
 * @example const search = logToolExecution('search_docs', searchDocs)
 */
export function logToolExecution<Args extends readonly unknown[], Result>(
  ...wrapping: Wrapping<Args, Result>
): NodeFunction<Args, Result> {
  const { loggerOf, name: tool, run } = unwrap(wrapping)
  const events = {
    start: 'tool_execution_start',
    complete: 'tool_execution_complete',
    failed: 'tool_execution_failed',
  }
  return named(run, function (this: unknown, ...args: Args) {
    const called = () => Reflect.apply(run, this, args) as Result
    return watched(loggerOf(), events, { tool }, called, () => ({}))
  })
}

function unwrap<Args extends readonly unknown[], Result>(wrapping: Wrapping<Args, Result>) {
  if (wrapping.length === 2) return { loggerOf: defaultLogger, name: wrapping[0], run: wrapping[1] }
  const [logger, name, run] = wrapping
  return { loggerOf: () => logger, name, run }
}

interface Events {
  readonly start: string
  readonly complete: string
  readonly failed: string
}

/** Synchronous functions stay synchronous. */
function watched<Result>(
  logger: Logger,
  events: Events,
  fields: Fields,
  run: () => Result,
  detail: (result: unknown) => Fields,
): Result {
  const startedAt = ticks()
  const passed = () => ({ ...fields, duration_ms: rounded(ticks() - startedAt) })
  const complete = (result: unknown, more: Fields = {}) =>
    logger.event(events.complete, { ...passed(), ...detail(result), ...more })
  const failed = (error: unknown) => {
    // LangGraph's interrupt() and jumps to a parent graph leave a node by throwing: nothing has failed.
    if (memberOf(error, 'is_bubble_up') === true) complete(undefined, { interrupted: true })
    else logger.event(events.failed, { ...passed(), error })
  }
  logger.event(events.start, fields)
  let result: Result
  try {
    result = run()
  } catch (error) {
    failed(error)
    throw error
  }
  if (!isPromise(result)) {
    complete(result)
    return result
  }
  return result.then(
    (value) => {
      complete(value)
      return value
    },
    (error: unknown) => {
      failed(error)
      throw error
    },
  ) as Result
}

/** The wrapper keeps the function's name: graphs and stack traces show it. */
function named<F extends (...args: never) => unknown>(like: F, wrapper: (...args: never) => unknown): F {
  Object.defineProperty(wrapper, 'name', { value: like.name, configurable: true })
  return wrapper as F
}

/** LangGraph has it in config.configurable.thread_id; some states carry it themselves. */
function threadOf([state, config]: readonly unknown[]): Fields {
  const configurable = memberOf(config, 'configurable')
  const id = memberOf(configurable, 'thread_id') ?? memberOf(state, 'thread_id')
  return typeof id === 'string' || typeof id === 'number' ? { thread_id: String(id) } : {}
}

/** Keys of the state; of LangGraph's Command those of its update. */
function updatesOf(given: unknown): readonly string[] {
  const result = memberOf(given, 'lg_name') === 'Command' ? memberOf(given, 'update') : given
  return result !== null && typeof result === 'object' && !Array.isArray(result) ? (memberNames(result) ?? []) : []
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? readMember(value, name) : undefined
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise || typeof memberOf(value, 'then') === 'function'
}
