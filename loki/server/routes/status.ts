/** What the server says about itself. */
import { metricsText } from '../metrics.ts'
import { plainRoute, TEXT } from './route.ts'

export const ready = plainRoute('ready', /^\/ready$/, TEXT, () => 'ready\n')

export const metrics = plainRoute('metrics', /^\/metrics$/, 'text/plain; version=0.0.4; charset=utf-8', (call) =>
  metricsText(call.store, call.counters),
)

/** Clients ask which Loki they talk to; the API is that of 3.7. */
const BUILD = {
  version: '3.7.6',
  revision: 'longship',
  branch: 'longship',
  buildUser: '',
  buildDate: '',
  goVersion: '',
}

export const buildInfo = plainRoute(
  'buildinfo',
  /^\/loki\/api\/v1\/status\/buildinfo$/,
  'application/json',
  () => `${JSON.stringify(BUILD)}\n`,
)
