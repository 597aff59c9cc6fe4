/** Log and metric queries, and how a query reads when it is laid out. */
import { QueryError } from '../../logql/error.ts'
import { parseExpr } from '../../logql/parser.ts'
import { prettify } from '../../logql/pretty.ts'
import { readForm } from '../form.ts'
import { legacyQuery } from '../legacyquery.ts'
import { queryInstant, queryRange } from '../query.ts'
import { queryRoute, type Reply, type Route } from './route.ts'

export const range = queryRoute('query_range', /^\/loki\/api\/v1\/query_range$/, queryRange)
export const instant = queryRoute('query', /^\/loki\/api\/v1\/query$/, queryInstant)
export const legacy = queryRoute('legacy_query', /^\/api\/prom\/query$/, legacyQuery)

export const format: Route = {
  methods: ['GET', 'POST'],
  path: /^\/loki\/api\/v1\/format_query$/,
  name: 'format_query',
  needsTenant: false,
  handle: async ({ request, query }) => {
    const form = await readForm(request, query, true)
    return formatted(form.get('query') ?? '')
  },
}

function formatted(query: string): Reply {
  const type = 'application/json; charset=utf-8'
  try {
    const body = `${JSON.stringify({ status: 'success', data: prettify(parseExpr(query)) })}\n`
    return { status: 200, type, body }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return { status: 400, type, body: `${JSON.stringify({ status: 'invalid-query', error: error.message })}\n` }
  }
}
