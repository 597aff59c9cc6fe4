/** The streams that selectors select. */
import { series as answer } from '../labelquery.ts'
import { queryRoute } from './route.ts'

export const series = queryRoute('series', /^\/(?:loki\/api\/v1|api\/prom)\/series$/, answer)
