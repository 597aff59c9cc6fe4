/** What certain systems promise: nodes end, syncs recover, machines stop, operations succeed. */
import { message, sum } from '../../lib/logql.ts'
import { ALL, type Alert, counted, event, repeated } from '../alert.ts'

const RUN = 'service, node, correlation_id'
const WORKER = 'service, node, worker'

const sync = (text: string) => JSON.stringify({ message: text, worker: 'sync-a' })
const SYNC_STREAM = { service: 'autosync', node: 'autosync', level: 'warn' }
const NODE_STREAM = { service: 'langgraph', node: 'developer', level: 'info' }
const EC2 = { service: 'provlog', node: 'host', level: 'unknown' }

export const systemAlerts: readonly Alert[] = [
  {
    name: 'NodeNotEnded',
    severity: 'ticket',
    expr: `count by (service, node) (${sum(`count_over_time(${ALL} | event="node_start" [1h] offset 15m)`, RUN)} unless ${sum(counted('| event=~"node_complete|node_failed"', '75m'), RUN)})`,
    for: '0m',
    summary: '{{ $value }} runs of node {{ $labels.node }} started more than 15 minutes ago and have not ended',
    dashboard: 'longship-nodes',
    runbook: {
      means: 'A node logged node_start at least 15 minutes ago, and neither node_complete nor node_failed since.',
      notIf: 'Nodes that take longer than 15 minutes by design: raise the offset of the rule.',
      steps: [
        '“Longship: Agent nodes”, panel “Nodes without an end”: take the correlation id into the trace.',
        'The last line of the trace says what it waits for: a tool, a model, a worker.',
        'No line after the start at all: the process died. Look for its restart in the same service.',
      ],
    },
    fires: {
      says: 'one of two runs does not end',
      at: '20m',
      labels: [{ service: 'langgraph', node: 'developer' }],
      streams: [
        {
          stream: NODE_STREAM,
          lines: [
            { line: 'start', at: '1m', structured_metadata: event('node_start', { correlation_id: 'a' }) },
            { line: 'start', at: '2m', structured_metadata: event('node_start', { correlation_id: 'b' }) },
            { line: 'end', at: '3m', structured_metadata: event('node_complete', { correlation_id: 'b' }) },
          ],
        },
      ],
    },
    quiet: {
      says: 'a run that failed has ended, and one of five minutes may run',
      at: '20m',
      streams: [
        {
          stream: NODE_STREAM,
          lines: [
            { line: 'start', at: '1m', structured_metadata: event('node_start', { correlation_id: 'a' }) },
            { line: 'failed', at: '2m', structured_metadata: event('node_failed', { correlation_id: 'a' }) },
            { line: 'start', at: '15m', structured_metadata: event('node_start', { correlation_id: 'b' }) },
          ],
        },
      ],
    },
  },
  {
    name: 'SyncUnhealthy',
    severity: 'page',
    expr: `${sum(`count_over_time(${ALL} ${message('cycle skipped, max failures', 'worker')} [10m])`, WORKER)} > 0`,
    for: '0m',
    summary: 'Sync worker {{ $labels.worker }} of {{ $labels.service }} has given up after the maximum of failures',
    dashboard: 'longship-sync',
    runbook: {
      means: 'A sync worker skips its cycles because it failed as often as it may. It does not try again by itself.',
      notIf: '-',
      steps: [
        '“Longship: Background sync”: the error of “push failed” or “pull failed” says what it could not reach.',
        'Mend that, then restart the worker: its failures are counted from zero.',
        'Watch “Pending mutations” fall and “State” turn healthy.',
      ],
    },
    fires: {
      says: 'a cycle is skipped for the maximum of failures',
      at: '5m',
      labels: [{ service: 'autosync', node: 'autosync', worker: 'sync-a' }],
      streams: [{ stream: SYNC_STREAM, lines: [{ line: sync('cycle skipped, max failures'), at: '4m' }] }],
    },
    quiet: {
      says: 'a failure that was recovered from',
      at: '5m',
      streams: [
        {
          stream: SYNC_STREAM,
          lines: [
            { line: sync('push failed'), at: '2m' },
            { line: sync('cycle complete'), at: '4m' },
          ],
        },
      ],
    },
  },
  {
    name: 'SyncBackingOff',
    severity: 'ticket',
    expr: `${sum(`count_over_time(${ALL} ${message(['failure recorded', 'cycle skipped, backoff active'], 'worker')} [15m])`, WORKER)} > 0 unless ${sum(`count_over_time(${ALL} ${message('cycle complete', 'worker')} [15m])`, WORKER)}`,
    for: '10m',
    summary: 'Sync worker {{ $labels.worker }} of {{ $labels.service }} has been backing off for more than 10 minutes',
    dashboard: 'longship-sync',
    runbook: {
      means: 'A sync worker fails and waits, and no cycle of it was complete for 15 minutes.',
      notIf: 'The other side is down for maintenance that was announced.',
      steps: [
        'The error of “failure recorded” says why. The other side’s own logs say more.',
        'Lease errors beside it: the lease store is the cause, not the other side.',
      ],
    },
    fires: {
      says: 'failures only, for half an hour',
      at: '25m',
      labels: [{ service: 'autosync', node: 'autosync', worker: 'sync-a' }],
      streams: [{ stream: SYNC_STREAM, lines: [repeated(sync('failure recorded'), '1m', '2m', 12)] }],
    },
    quiet: {
      says: 'failures, and a complete cycle between them',
      at: '25m',
      streams: [
        {
          stream: SYNC_STREAM,
          lines: [
            repeated(sync('failure recorded'), '1m', '2m', 12),
            repeated(sync('cycle complete'), '90s', '10m', 3),
          ],
        },
      ],
    },
  },
  {
    name: 'ProvisioningLeak',
    severity: 'ticket',
    expr: unbalanced(
      sum(`count_over_time(${ALL} | event="provision.ec2_started" [1d] offset 6h)`, 'service, workspace_id'),
      sum(counted('| event="provision.ec2_stopped"', '30h'), 'service, workspace_id'),
    ),
    for: '0m',
    summary: 'The machine of workspace {{ $labels.workspace_id }} was started more than 6 hours ago and never stopped',
    dashboard: 'longship-provisioning',
    runbook: {
      means: 'provision.ec2_started without provision.ec2_stopped for more than six hours: a machine that costs.',
      notIf: 'The workspace is in use for that long. Raise the offset of the rule if that is usual.',
      steps: [
        '“Longship: Trace” with the workspace id: was a stop asked for, and did it fail?',
        'Ask the cloud whether the instance (instance_id of the line) still runs.',
        'Stop it by hand, and file what kept the server from stopping it.',
      ],
    },
    fires: {
      says: 'started eight hours ago, not stopped',
      at: '1m',
      labels: [{ service: 'provlog', workspace_id: 'ws-1' }],
      streams: [
        {
          stream: EC2,
          lines: [
            { line: 'evt', at: '-8h', structured_metadata: event('provision.ec2_started', { workspace_id: 'ws-1' }) },
            { line: 'evt', at: '-8h', structured_metadata: event('provision.ec2_started', { workspace_id: 'ws-2' }) },
            { line: 'evt', at: '-7h', structured_metadata: event('provision.ec2_stopped', { workspace_id: 'ws-2' }) },
          ],
        },
      ],
    },
    quiet: {
      says: 'stopped after five hours, and started two hours ago',
      at: '1m',
      streams: [
        {
          stream: EC2,
          lines: [
            { line: 'evt', at: '-8h', structured_metadata: event('provision.ec2_started', { workspace_id: 'ws-1' }) },
            { line: 'evt', at: '-3h', structured_metadata: event('provision.ec2_stopped', { workspace_id: 'ws-1' }) },
            { line: 'evt', at: '-2h', structured_metadata: event('provision.ec2_started', { workspace_id: 'ws-3' }) },
          ],
        },
      ],
    },
  },
  {
    name: 'OperationSuccessLow',
    severity: 'page',
    expr: `(1 - ${failedOperations()}) < 0.8 and ${operationsEnded('')} >= 5`,
    for: '5m',
    summary: 'Only {{ $value | humanizePercentage }} of operation {{ $labels.operation }} succeeded in the last hour',
    dashboard: 'longship-operations',
    runbook: {
      means: 'Of at least five operations of a kind that ended within an hour, less than four fifths succeeded.',
      notIf: '-',
      steps: [
        '“Longship: Operations”, “Error patterns”: which error_type, in which step.',
        'One step and one type: the system that step talks to. Many: what they have in common, often the network.',
        'A line’s recovery_suggestion says what the program itself recommends.',
      ],
    },
    fires: {
      says: 'four of ten fail',
      at: '20m',
      labels: [{ service: 'migratekit', operation: 'copy' }],
      streams: [operationStream('success', 6), operationStream('failure', 4)],
    },
    quiet: {
      says: 'one of ten fails',
      at: '20m',
      streams: [operationStream('success', 9), operationStream('failure', 1)],
    },
  },
]

/** Groups of `begun` that have fewer in `ended`, whose window is another one. */
function unbalanced(begun: string, ended: string): string {
  return `(${begun} - (${ended} or ${begun} * 0)) > 0`
}

function operationsEnded(more: string): string {
  return sum(counted(`| event="operation_end"${more}`, '1h'), 'service, operation')
}

function failedOperations(): string {
  const ended = operationsEnded('')
  return `(${operationsEnded(' | outcome="failure"')} or ${ended} * 0) / ${ended}`
}

function operationStream(outcome: string, count: number) {
  return {
    stream: { service: 'migratekit', node: 'host', level: outcome === 'success' ? 'info' : 'error' },
    structured_metadata: { event: 'operation_end', operation: 'copy', outcome },
    lines: [repeated(`${outcome} {{ .i }}`, '1m', '30s', count)],
  }
}
