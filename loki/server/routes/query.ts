/** Log and metric queries. */
import { queryInstant, queryRange } from '../query.ts'
import { queryRoute } from './route.ts'

export const range = queryRoute('query_range', /^\/loki\/api\/v1\/query_range$/, queryRange)
export const instant = queryRoute('query', /^\/loki\/api\/v1\/query$/, queryInstant)
