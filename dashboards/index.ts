/** The list of dashboards: docs, files, links, lint and tests are made from it. */
import { agentNodes } from './agentnodes.ts'
import { errors } from './errors.ts'
import { events } from './events.ts'
import { frontend } from './frontend.ts'
import type { Slo } from './lib/slo.ts'
import type { Dashboard } from './lib/spec.ts'
import { operations } from './operations.ts'
import { overview } from './overview.ts'
import { provisioning } from './provisioning.ts'
import { quality } from './quality.ts'
import { serviceHealth } from './servicehealth.ts'
import { shipper } from './shipper.ts'
import { sloDashboard } from './slo.ts'
import { sync } from './sync.ts'
import { trace } from './trace.ts'
import { volume } from './volume.ts'

/** In the order of docs/dashboards.md. */
export function dashboardsFor(slos: readonly Slo[]): Dashboard[] {
  return [
    overview,
    serviceHealth,
    errors,
    trace,
    events,
    agentNodes,
    frontend,
    provisioning,
    sync,
    operations,
    sloDashboard(slos),
    volume,
    shipper,
    quality,
  ]
}
