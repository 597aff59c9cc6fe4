/** What Grafana's Logs Drilldown asks to know what to offer: labels and fields. */
import { detectedFields, detectedFieldValues } from '../detectedfields.ts'
import { detectedLabels } from '../detectedlabels.ts'
import { queryRoute } from './route.ts'

export const labels = queryRoute('detected_labels', /^\/loki\/api\/v1\/detected_labels$/, detectedLabels)
export const fields = queryRoute('detected_fields', /^\/loki\/api\/v1\/detected_fields$/, detectedFields)
export const values = queryRoute(
  'detected_field_values',
  /^\/loki\/api\/v1\/detected_field\/([^/]+)\/values$/,
  (request, [name]) => detectedFieldValues(request, name!),
)
