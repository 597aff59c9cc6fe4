/** promtail/promtail.yaml: the stages, as Promtail writes them. */
import { PORTS } from '../facts.ts'
import { writeYaml } from '../yaml.ts'
import { allStages, TARGETS } from './jobs.ts'
import type { Stage } from './stages.ts'

export function promtailFile(): string {
  return writeYaml(
    {
      server: { http_listen_port: PORTS.promtail, grpc_listen_port: 0, log_level: 'info' },
      positions: { filename: '/var/lib/promtail/positions.yaml' },
      clients: [
        {
          url: `http://loki:${PORTS.loki}/loki/api/v1/push`,
          batchsize: 1024 * 1024,
          batchwait: '1s',
          backoff_config: { max_retries: 1_000_000, max_period: '30s' },
        },
      ],
      scrape_configs: [
        {
          job_name: 'longship',
          static_configs: TARGETS.map((labels) => ({ targets: ['localhost'], labels })),
          pipeline_stages: allStages().map(write),
        },
      ],
    },
    { clients: 'Promtail throws a batch away after ten tries unless it is told not to; files wait on disk instead.' },
    `Promtail 3.6 (end of life since March 2026), in place of Longship's shipper: docker compose --profile promtail.
The same labels and structured metadata as Longship's, as far as Promtail can: docs/agents.md has the differences.`,
  )
}

function write(stage: Stage): object {
  switch (stage.kind) {
    case 'json':
      return { json: { expressions: stage.expressions, ...(stage.source && { source: stage.source }) } }
    case 'logfmt':
      return { logfmt: { mapping: stage.mapping } }
    case 'regex':
      return { regex: { expression: stage.expression } }
    case 'template':
      return { template: { source: stage.source, template: stage.template } }
    case 'output':
      return { output: { source: stage.source } }
    case 'timestamp': {
      const [format, ...fallback_formats] = stage.formats
      return { timestamp: { source: stage.source, format, fallback_formats, action_on_failure: 'skip' } }
    }
    case 'match':
      return { match: { selector: stage.selector, stages: stage.stages.map(write) } }
    case 'multiline':
      return { multiline: { firstline: stage.firstline, max_wait_time: '3s' } }
    case 'labels':
    case 'structured_metadata':
      return { [stage.kind]: Object.fromEntries(stage.names.map((name) => [name, null])) }
    case 'labeldrop':
      return { labeldrop: stage.names }
    default:
      return { [stage.kind]: {} }
  }
}
