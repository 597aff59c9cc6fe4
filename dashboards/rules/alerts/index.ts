/** The list of alerts besides those of SLOs. */
import type { Alert } from '../alert.ts'
import { eventAlerts } from './events.ts'
import { serviceAlerts } from './services.ts'
import { shipperAlerts } from './shipper.ts'
import { systemAlerts } from './systems.ts'

export const alerts: readonly Alert[] = [...serviceAlerts, ...systemAlerts, ...eventAlerts, ...shipperAlerts]
