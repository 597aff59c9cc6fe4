/** grafana/provisioning: the data source with its derived fields, and where dashboards come from. Alert rules: dashboards/. */
import { IDENTIFIERS } from '../shipper/record.ts'
import { DATA_SOURCE_UID, TRACE_DASHBOARD_UID } from './facts.ts'
import { writeYaml } from './yaml.ts'

/** Identifiers that are worth a page of their own: a span is a part of a trace. */
const FOLLOWED = IDENTIFIERS.filter((name) => name !== 'span_id')

export function grafanaFiles(): Map<string, string> {
  return new Map([
    ['grafana/provisioning/datasources/longship.yaml', writeYaml(dataSources(), WHY)],
    ['grafana/provisioning/dashboards/longship.yaml', writeYaml(dashboards())],
  ])
}

const WHY = {
  prune: 'A data source that is no longer in this file goes.',
}

function dataSources(): object {
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Loki',
        uid: DATA_SOURCE_UID,
        type: 'loki',
        access: 'proxy',
        orgId: 1,
        url: '${LOKI_URL}',
        isDefault: true,
        editable: false,
        jsonData: { maxLines: 1000, timeout: 310, manageAlerts: true, derivedFields: FOLLOWED.map(derivedField) },
      },
    ],
  }
}

/**
 * The label is found by an expression, which fits anywhere: job_id would be found in cron_job_id, and request_id in
 * request_id_original. Grafana reads $ in these files as a variable of its environment: $$ is one.
 */
function derivedField(name: string): object {
  return {
    name,
    matcherType: 'label',
    matcherRegex: `^${name}$$`,
    url: `/d/${TRACE_DASHBOARD_UID}?var-id=$\${__value.raw}&from=now-24h&to=now`,
    urlDisplayLabel: 'Trace',
  }
}

function dashboards(): object {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'longship',
        orgId: 1,
        type: 'file',
        folder: 'Longship',
        folderUid: 'longship',
        disableDeletion: true,
        allowUiUpdates: false,
        updateIntervalSeconds: 30,
        options: { path: '/var/lib/grafana-dashboards' },
      },
    ],
  }
}
