/** How many bytes series or labels have. */
import { volume, volumeRange } from '../volume.ts'
import { queryRoute } from './route.ts'

export const instant = queryRoute('index_volume', /^\/loki\/api\/v1\/index\/volume$/, volume)
export const range = queryRoute('index_volume_range', /^\/loki\/api\/v1\/index\/volume_range$/, volumeRange)
