/** The templates of a selector's lines. */
import { patterns as answer } from '../patterns/patterns.ts'
import { queryRoute } from './route.ts'

export const patterns = queryRoute('patterns', /^\/loki\/api\/v1\/patterns$/, answer)
