/** 5: the agent platform's nodes and tools: what starts, ends, fails, and how long it takes. */
import {
  ALL,
  average,
  count,
  fieldsOf,
  open,
  orZero,
  pipeline,
  quantile,
  RANGE,
  SEARCH,
  STEP,
  successRate,
  sum,
} from './lib/logql.ts'
import { DURATION_STEPS, logs, NONE_WANTED, SUCCESS_STEPS, stat, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const STARTED = '| event="node_start"'
const FAILED = '| event="node_failed"'
const ENDED = '| event=~"node_complete|node_failed"'
const TOOL_ENDED = '| event=~"tool_execution_complete|tool_execution_failed"'
const NO_NODES = 'No node_start, node_complete or node_failed in this range'

/** Ids are many: those of one look at most. */
const RUN_WINDOW = '15m'
export const unfinishedNodes = (window: string, by: string) =>
  open(ALL, 'node_start', ['node_complete', 'node_failed'], window, by)
export const UNFINISHED = `sum(${unfinishedNodes(RANGE, 'service, node')})`
export const UNCORRELATED = '| event="http_request" | correlation_id=""'

export const agentNodes: Dashboard = {
  uid: 'longship-nodes',
  title: 'Longship: Agent nodes',
  description: 'Nodes and tools of the agent platform.',
  from: 'now-1h',
  rows: [
    {
      title: 'In the range',
      panels: [
        stat({
          title: 'Started and completed',
          description: 'Nodes that started (node_start), and those that completed (node_complete).',
          queries: [
            {
              expr: sum(count(ALL, '| event=~"node_start|node_complete"', RANGE), 'event'),
              legend: '{{event}}',
            },
          ],
          width: 8,
          empty: NO_NODES,
        }),
        stat({
          title: 'Failed',
          description: 'Nodes that failed (node_failed).',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, FAILED, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Success rate',
          description: 'Of the nodes that ended in the range, the part that did not fail.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, ENDED, RANGE) }],
          options: { decimals: 2, max: 1 },
          empty: NO_NODES,
        }),
        stat({
          title: 'Started, not ended',
          description:
            'Starts of the range less its ends, over the nodes that have more starts. Some may be running still.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(UNFINISHED) }],
          empty: '0',
        }),
        stat({
          title: 'Requests without id',
          description: 'HTTP requests that carry no correlation id: nobody can follow them.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, UNCORRELATED, RANGE))) }],
          empty: '0',
        }),
      ],
    },
    {
      title: 'Nodes',
      panels: [
        timeseries({
          title: 'Starts by node',
          description: 'Nodes that started, a step.',
          queries: [{ expr: sum(count(ALL, STARTED, STEP), 'node'), legend: '{{node}}' }],
          options: { isBars: true, isStacked: true },
          empty: NO_NODES,
        }),
        timeseries({
          title: 'Failures by node',
          description: 'Nodes that failed, a step.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, FAILED, STEP), 'node'), legend: '{{node}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'No node failed in this range',
        }),
        timeseries({
          title: 'Average duration by node',
          description: 'Average of duration_ms of nodes that ended, a step.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: average(ALL, ENDED, STEP, 'node'), legend: '{{node}}' }],
          empty: NO_NODES,
        }),
        timeseries({
          title: 'Duration p95 by node',
          description: 'p95 of duration_ms of nodes that ended, a step.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: quantile(0.95, ALL, ENDED, STEP, 'node'), legend: '{{node}}' }],
          empty: NO_NODES,
        }),
        table({
          title: 'Nodes: average duration',
          description: 'Average of duration_ms over the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: average(ALL, ENDED, RANGE, 'service, node') }],
          width: 8,
          options: { columns: { service: 'Service', node: 'Node', Value: 'Average' } },
          empty: NO_NODES,
        }),
        table({
          title: 'Nodes: duration p95',
          description: 'p95 of duration_ms over the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: quantile(0.95, ALL, ENDED, RANGE, 'service, node') }],
          width: 8,
          options: { columns: { service: 'Service', node: 'Node', Value: 'p95' } },
          empty: NO_NODES,
        }),
        table({
          title: 'Nodes: success rate',
          description: 'Of what ended in the range, the part that did not fail, by node, the worst first.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, ENDED, RANGE, 'service, node') }],
          width: 8,
          options: { columns: { service: 'Service', node: 'Node', Value: 'Success rate' }, isAscending: true },
          empty: NO_NODES,
        }),
      ],
    },
    {
      title: 'Tools and gaps',
      panels: [
        table({
          title: 'Tools',
          description: 'Tool executions that ended, by tool and outcome.',
          queries: [{ expr: sum(count(ALL, `${TOOL_ENDED} ${fieldsOf('tool')}`, RANGE), 'tool, outcome') }],
          width: 8,
          options: { columns: { tool: 'Tool', outcome: 'Outcome', Value: 'Executions' } },
          empty: 'No tool_execution_complete or _failed in this range',
        }),
        table({
          title: 'Nodes without an end',
          description: `Runs that started in the last ${RUN_WINDOW} of the range and have not ended, those that run among them. The id leads to the trace.`,
          thresholds: NONE_WANTED,
          queries: [{ expr: unfinishedNodes(RUN_WINDOW, 'service, node, correlation_id') }],
          width: 8,
          options: {
            columns: { service: 'Service', node: 'Node', correlation_id: 'Correlation id', Value: 'Open' },
          },
          empty: 'Every node that started has ended',
        }),
        table({
          title: 'HTTP requests without a correlation id',
          description: 'By service and path.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, `${UNCORRELATED} ${fieldsOf('path')}`, RANGE), 'service, path') }],
          width: 8,
          options: { columns: { service: 'Service', path: 'Path', Value: 'Requests' } },
          empty: 'Every HTTP request carries a correlation id',
        }),
        logs({
          title: 'Failed nodes and tools',
          description: 'node_failed and tool_execution_failed that match the search, newest first.',
          queries: [{ expr: pipeline(ALL, `${SEARCH} | event=~"node_failed|tool_execution_failed"`) }],
          empty: 'No node and no tool failed in this range',
        }),
      ],
    },
  ],
}
