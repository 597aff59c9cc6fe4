/** What rules ask of the embedded engine: instant queries, with the ruler's words around errors. */
import type { Limits } from '../../limits.ts'
import { parseQuery } from '../../logql/parser.ts'
import { runInstant } from '../ask.ts'
import { instantOf } from '../params.ts'
import type { Tenant } from '../tenant.ts'
import type { Ask } from './rule.ts'
import { labelMap } from './vector.ts'

/** Queries of rules obey the tenant's limits. `tenant` is asked for anew each time: it may not exist yet. */
export function createAsk(tenant: () => Tenant, limits: Limits, signal?: AbortSignal): Ask {
  return async (expr, atMs) => {
    const query = ruleError(() => parseQuery(expr))
    if (query.kind === 'log') throw new Error('rule result is not a vector or scalar')
    const asker = { tenant: tenant(), limits, now: atMs, ...(signal === undefined ? {} : { signal }) }
    try {
      const { result } = await runInstant(asker, { query, time: instantOf(atMs) })
      if (result.type === 'scalar') return [{ labels: new Map(), value: result.value }]
      return result.samples.map(({ labels, value }) => ({ labels: labelMap(labels), value }))
    } catch (error) {
      throw failed(error)
    }
  }
}

function ruleError<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw failed(error)
  }
}

function failed(error: unknown): Error {
  return new Error(`rule evaluation failed: ${(error as Error).message}`)
}
