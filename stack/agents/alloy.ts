/** promtail/config.alloy: the same stages in Alloy's language, laid out as `alloy fmt` does. */
import { GENERATED, PORTS } from '../facts.ts'
import { allStages, TARGETS } from './jobs.ts'
import type { Stage } from './stages.ts'

export function alloyFile(): string {
  const blocks = [fileMatch(), fileSource(), process(), lokiWrite()]
  return `// ${GENERATED}
// Grafana Alloy 1.18, in place of Longship's shipper: docker compose --profile alloy.
// The same labels and structured metadata as Longship's, as far as Alloy can: docs/agents.md has the differences.

${blocks.map((lines) => lines.join('\n')).join('\n\n')}
`
}

function fileMatch(): string[] {
  const targets = TARGETS.map((target) => {
    const pairs = Object.entries(target).map(([name, value]) => `${name} = ${text(value)}`)
    return `\t{${pairs.join(', ')}},`
  })
  return block('local.file_match "logs"', ['path_targets = [', ...targets, ']'])
}

function fileSource(): string[] {
  const rows = [
    ['targets', 'local.file_match.logs.targets'],
    ['forward_to', '[loki.process.record.receiver]'],
  ] as const
  return block('loki.source.file "logs"', aligned(rows))
}

function process(): string[] {
  const stages = allStages().flatMap((stage) => ['', ...write(stage)])
  return block('loki.process "record"', ['forward_to = [loki.write.loki.receiver]', ...stages])
}

function lokiWrite(): string[] {
  const settings = {
    url: `http://loki:${PORTS.loki}/loki/api/v1/push`,
    batch_size: '1MiB',
    batch_wait: '1s',
    max_backoff_period: '30s',
    // 0: without end. Files wait on disk.
    max_backoff_retries: 0,
  }
  return block('loki.write "loki"', block('endpoint', attributes(settings)))
}

function write(stage: Stage): string[] {
  switch (stage.kind) {
    case 'json':
      return block('stage.json', [
        ...object('expressions', stage.expressions),
        ...(stage.source === undefined ? [] : attributes({ source: stage.source })),
      ])
    case 'logfmt':
      return block('stage.logfmt', object('mapping', stage.mapping))
    case 'regex':
      return block('stage.regex', attributes({ expression: stage.expression }))
    case 'template':
      return block('stage.template', attributes({ source: stage.source, template: stage.template }))
    case 'output':
      return block('stage.output', attributes({ source: stage.source }))
    case 'timestamp': {
      const [format, ...fallback_formats] = stage.formats
      return block(
        'stage.timestamp',
        attributes({ source: stage.source, format: format!, fallback_formats, action_on_failure: 'skip' }),
      )
    }
    case 'match':
      return block('stage.match', [
        ...attributes({ selector: stage.selector }),
        ...stage.stages.flatMap((inner) => ['', ...write(inner)]),
      ])
    case 'multiline':
      return block('stage.multiline', attributes({ firstline: stage.firstline, max_wait_time: '3s' }))
    case 'labels':
    case 'structured_metadata':
      return block(`stage.${stage.kind}`, object('values', Object.fromEntries(stage.names.map((name) => [name, '']))))
    case 'labeldrop':
      return block('stage.label_drop', attributes({ values: stage.names }))
    default:
      return [`stage.${stage.kind} { }`]
  }
}

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => (line === '' ? '' : `\t${line}`)), '}']
}

function object(name: string, values: Readonly<Record<string, string>>): string[] {
  const rows = aligned(Object.entries(values).map(([key, value]) => [key, text(value)]))
  return [`${name} = {`, ...rows.map((row) => `\t${row},`), '}']
}

function attributes(values: Readonly<Record<string, string | number | readonly string[]>>): string[] {
  return aligned(Object.entries(values).map(([name, value]) => [name, literal(value)]))
}

/** Equals signs stand below one another, as the formatter puts them. */
function aligned(rows: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)} = ${value}`)
}

function literal(value: string | number | readonly string[]): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? text(value) : `[${value.map(text).join(', ')}]`
}

/** Raw between backticks where escapes would make it unreadable. */
function text(value: string): string {
  return /["\\]/.test(value) && !value.includes('`') ? `\`${value}\`` : JSON.stringify(value)
}
