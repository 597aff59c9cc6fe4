/** How much a selector selects. */
import { indexStats } from '../indexstats.ts'
import { queryRoute } from './route.ts'

export const stats = queryRoute('index_stats', /^\/loki\/api\/v1\/index\/stats$/, indexStats)
