/** Label names and label values. */
import { labelNames, labelValues } from '../labelquery.ts'
import { queryRoute } from './route.ts'

export const names = queryRoute('labels', /^\/(?:loki\/api\/v1\/labels?|api\/prom\/label)$/, labelNames)
export const values = queryRoute(
  'label_values',
  /^\/(?:loki\/api\/v1|api\/prom)\/label\/([^/]+)\/values$/,
  (request, [name]) => labelValues(request, name!),
)
