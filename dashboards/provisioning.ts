/** 6: machines of workspaces: started, stopped, skipped, leaked, restarted. */
import { ALL, count, fieldsOf, open, orZero, pipeline, RANGE, SEARCH, STEP, sum, TIME } from './lib/logql.ts'
import { logs, NONE_WANTED, piechart, stat, steps, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const event = (name: string) => `| event="${name}"`
const BEGUN = event('provision.start')
const SKIPPED = event('provision.skip_existing')
const RUNNING = event('provision.ec2_started')
const RESTARTED = event('restart.pre_stop')
/** An entry without one would have no name in the picture. */
const NAMED_BACKEND = '| label_format backend=`{{ if .backend }}{{ .backend }}{{ else }}not said{{ end }}`'
const NOTHING = 'No provisioning in this range'

const latest = (stages: string) => `max_over_time(${pipeline(ALL, `${stages} ${TIME}`)} [${RANGE}]) by (workspace_id)`

/**
 * Started more often than stopped: a machine runs, and costs. Machine by machine, or the stops of those that were started
 * before the range would hide it.
 */
const LEAKS = open(ALL, 'provision.ec2_started', ['provision.ec2_stopped'], RANGE, 'workspace_id')
/** From the row to the machine, of workspaces that have both in the range. */
const STARTUP = `(${latest(RUNNING)} - ${latest(BEGUN)}) >= 0`
const STARTUP_STEPS = steps(120_000, 300_000)

export const provisioning: Dashboard = {
  uid: 'longship-provisioning',
  title: 'Longship: Provisioning',
  description: 'The lifecycle of workspaces’ machines, from the provisioning log.',
  from: 'now-6h',
  rows: [
    {
      title: 'In the range',
      panels: [
        total('Starts', 'provision.start: rows inserted, machines about to launch.', BEGUN),
        total('Skips', 'provision.skip_existing: starts that found their machine there already.', SKIPPED),
        stat({
          title: 'Skips of all starts',
          description: 'Skips, of starts and skips together. A rise says that callers ask twice.',
          unit: 'ratio',
          thresholds: steps(0.3, 0.6),
          queries: [
            {
              expr: `(${orZero(sum(count(ALL, SKIPPED, RANGE)))}) / ${sum(count(ALL, '| event=~"provision[.](start|skip_existing)"', RANGE))}`,
            },
          ],
          options: { decimals: 1 },
          empty: NOTHING,
        }),
        stat({
          title: 'Leaks',
          description:
            'Machines that were started more often than stopped in the range. Those that are in use count too.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(`count(${LEAKS})`) }],
          empty: '0',
        }),
        stat({
          title: 'Time to machine',
          description: 'Average from provision.start to provision.ec2_started, by the times of the lines.',
          unit: 'ms',
          thresholds: STARTUP_STEPS,
          queries: [{ expr: `avg(${STARTUP})` }],
          empty: NOTHING,
        }),
        total('Restarts', 'restart.pre_stop: machines stopped in order to start again.', RESTARTED),
      ],
    },
    {
      title: 'Along the range',
      panels: [
        timeseries({
          title: 'Lifecycle',
          description: 'Events of the provisioning log, a step.',
          queries: [
            { expr: sum(count(ALL, '| event=~"provision[.].+|restart[.].+"', STEP), 'event'), legend: '{{event}}' },
          ],
          options: { isBars: true, isStacked: true },
          width: 16,
          empty: NOTHING,
        }),
        piechart({
          title: 'Restarts by backend',
          description: 'restart.pre_stop by its backend (cp or none).',
          queries: [
            {
              expr: sum(count(ALL, `${RESTARTED} ${fieldsOf('backend')} ${NAMED_BACKEND}`, RANGE), 'backend'),
              legend: '{{backend}}',
            },
          ],
          empty: 'No restarts in this range',
        }),
      ],
    },
    {
      title: 'Workspaces',
      panels: [
        table({
          title: 'Started, never stopped',
          description:
            'Machines that run, with how often they were started more than stopped. The id leads to the trace.',
          thresholds: NONE_WANTED,
          queries: [{ expr: LEAKS }],
          width: 8,
          options: { columns: { workspace_id: 'Workspace', Value: 'Open starts' } },
          empty: 'Every machine that was started has been stopped',
        }),
        table({
          title: 'Running since',
          description: 'When a machine that still runs was last started, the longest first.',
          unit: 'ago',
          queries: [{ expr: `${latest(RUNNING)} and ${LEAKS}` }],
          width: 8,
          options: { columns: { workspace_id: 'Workspace', Value: 'Started' }, isAscending: true },
          empty: 'Every machine that was started has been stopped',
        }),
        table({
          title: 'Slowest machines',
          description: 'From provision.start to provision.ec2_started, the 20 slowest of the range.',
          unit: 'ms',
          thresholds: STARTUP_STEPS,
          queries: [{ expr: `topk(20, ${STARTUP})` }],
          width: 8,
          options: { columns: { workspace_id: 'Workspace', Value: 'Time to machine' } },
          empty: NOTHING,
        }),
        logs({
          title: 'Timeline',
          description: 'The events of workspaces, newest first; search for one by its id.',
          queries: [
            {
              expr: pipeline(ALL, `${SEARCH} | workspace_id!="" | line_format \`{{ .workspace_id }} {{ .event }}\``),
            },
          ],
          empty: NOTHING,
        }),
      ],
    },
  ],
}

function total(title: string, description: string, stages: string) {
  return stat({ title, description, queries: [{ expr: orZero(sum(count(ALL, stages, RANGE))) }], empty: '0' })
}
