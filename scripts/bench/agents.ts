/**
 * The other agents, each with the least configuration that does the same work: parse each line, take its time and level,
 * set service and level (and node where it is found) as labels, put the lookup fields into structured metadata, push.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { PRODUCERS, type Producer } from './corpus.ts'

export interface Agent {
  readonly name: string
  readonly program: string
  /** Writes what the agent needs into `folder` and returns its arguments. `files`: the corpus, by producer. */
  prepare(folder: string, files: ReadonlyMap<Producer, string>, port: number): string[]
}

/** Where a program stands on the PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** How a producer's lines are read. */
interface Reading {
  readonly kind: 'json' | 'logfmt' | 'evt'
  readonly time: string
  readonly metadata: readonly string[]
}

const READINGS: Readonly<Record<Producer, Reading>> = {
  langgraph: { kind: 'json', time: 'timestamp', metadata: ['correlation_id', 'thread_id', 'event', 'duration_ms'] },
  autosync: { kind: 'json', time: 'time', metadata: ['target_key', 'elapsed'] },
  migratekit: { kind: 'logfmt', time: 'time', metadata: ['correlation_id', 'job_id', 'event', 'operation', 'step'] },
  provisioner: { kind: 'evt', time: 'time', metadata: ['event', 'workspace_id', 'duration_ms'] },
}

const EVT = '^(?P<time>\\S+ \\S+) evt: (?P<event>\\S+) (?P<members>\\{.*\\})$'

export const agents: readonly Agent[] = [
  {
    name: 'Fluent Bit',
    program: 'fluent-bit',
    prepare(folder, files, port) {
      writeFileSync(`${folder}/parsers.conf`, PRODUCERS.map(fluentParser).join('\n'))
      const service = '[SERVICE]\n  Flush 1\n  Log_Level error\n  Parsers_File parsers.conf\n'
      const flows = PRODUCERS.map((producer) => fluentFlow(producer, files.get(producer)!, port))
      writeFileSync(`${folder}/fluent-bit.conf`, [service, ...flows].join('\n'))
      return ['-c', `${folder}/fluent-bit.conf`]
    },
  },
  {
    name: 'Promtail',
    program: 'promtail',
    prepare(folder, files, port) {
      const config = {
        server: { disable: true },
        positions: { filename: `${folder}/promtail-positions.yaml` },
        clients: [{ url: `http://127.0.0.1:${port}/loki/api/v1/push` }],
        scrape_configs: PRODUCERS.map((producer) => promtailJob(producer, files.get(producer)!)),
      }
      // JSON is YAML.
      writeFileSync(`${folder}/promtail.yaml`, JSON.stringify(config, undefined, 2))
      return [`-config.file=${folder}/promtail.yaml`]
    },
  },
  {
    name: 'Alloy',
    program: 'alloy',
    prepare(folder, files, port) {
      const write = `loki.write "sink" {\n  endpoint { url = "http://127.0.0.1:${port}/loki/api/v1/push" }\n}\n`
      const flows = PRODUCERS.map((producer) => alloyFlow(producer, files.get(producer)!))
      writeFileSync(`${folder}/config.alloy`, [write, ...flows].join('\n'))
      const storage = `--storage.path=${folder}/alloy`
      return ['run', storage, '--server.http.listen-addr=127.0.0.1:0', '--disable-reporting', `${folder}/config.alloy`]
    },
  },
  {
    name: 'Vector',
    program: 'vector',
    prepare(folder, files, port) {
      writeFileSync(`${folder}/vector.json`, JSON.stringify(vectorConfig(folder, files, port), undefined, 2))
      return ['--quiet', '--config', `${folder}/vector.json`]
    },
  },
]

function fluentParser(producer: Producer): string {
  const { kind, time } = READINGS[producer]
  const format = {
    json: 'Format json',
    logfmt: 'Format logfmt',
    evt: `Format regex\n  Regex ${EVT.replaceAll('?P', '?')}`,
  }
  const notation = { json: '%Y-%m-%dT%H:%M:%S.%L%z', logfmt: '%Y-%m-%dT%H:%M:%SZ', evt: '%Y/%m/%d %H:%M:%S' }
  const members = kind === 'evt' ? '  Decode_Field_As json members\n' : ''
  return `[PARSER]\n  Name ${producer}\n  ${format[kind]}\n  Time_Key ${time}\n  Time_Format ${notation[kind]}\n${members}`
}

function fluentFlow(producer: Producer, path: string, port: number): string {
  const { kind, metadata } = READINGS[producer]
  const pairs = metadata.map((name) => `${name}=$${name}`).join(', ')
  const level = kind === 'evt' ? '' : ', level=$level'
  return [
    `[INPUT]\n  Name tail\n  Path ${path}\n  Tag ${producer}\n  Parser ${producer}\n  Read_from_Head on`,
    `[OUTPUT]\n  Name loki\n  Match ${producer}\n  Host 127.0.0.1\n  Port ${port}\n  Line_Format json`,
    `  Labels service=${producer}${level}\n  Structured_Metadata ${pairs}\n`,
  ].join('\n')
}

function promtailJob(producer: Producer, path: string) {
  const { kind, time, metadata } = READINGS[producer]
  const names = Object.fromEntries([...metadata, time, 'level', 'node'].map((name) => [name, name]))
  const quoted = Object.fromEntries(metadata.map((name) => [name, '']))
  const read = {
    json: [{ json: { expressions: names } }],
    logfmt: [{ logfmt: { mapping: names } }],
    evt: [{ regex: { expression: EVT } }, { json: { source: 'members', expressions: names } }],
  }
  const format = kind === 'evt' ? '2006/01/02 15:04:05' : 'RFC3339Nano'
  return {
    job_name: producer,
    static_configs: [{ targets: ['localhost'], labels: { service: producer, __path__: path } }],
    pipeline_stages: [
      ...read[kind],
      { timestamp: { source: time, format } },
      { labels: { level: '', node: '' } },
      { structured_metadata: quoted },
    ],
  }
}

function alloyFlow(producer: Producer, path: string): string {
  const { kind, time, metadata } = READINGS[producer]
  const names = [...metadata, time, 'level', 'node'].map((name) => `${name} = ""`).join(', ')
  const read = {
    json: `stage.json { expressions = { ${names} } }`,
    logfmt: `stage.logfmt { mapping = { ${names} } }`,
    evt: `stage.regex { expression = ${JSON.stringify(EVT)} }\n  stage.json {\n    source = "members"\n    expressions = { ${names} }\n  }`,
  }
  const format = kind === 'evt' ? '2006/01/02 15:04:05' : 'RFC3339Nano'
  return `loki.source.file "${producer}" {
  targets    = [{ __path__ = ${JSON.stringify(path)}, service = "${producer}" }]
  forward_to = [loki.process.${producer}.receiver]
}
loki.process "${producer}" {
  forward_to = [loki.write.sink.receiver]
  ${read[kind]}
  stage.timestamp {
    source = "${time}"
    format = "${format}"
  }
  stage.labels { values = { level = "", node = "" } }
  stage.structured_metadata { values = { ${metadata.map((name) => `${name} = ""`).join(', ')} } }
}
`
}

function vectorConfig(folder: string, files: ReadonlyMap<Producer, string>, port: number) {
  const parse = {
    json: '. = merge(., object!(parse_json!(.message)))',
    logfmt: '. = merge(., parse_logfmt!(.message))',
    evt: `found = parse_regex!(.message, r'${EVT}')\n. = merge(., found)\n. = merge(., object!(parse_json!(found.members)))`,
  }
  const entries = PRODUCERS.map((producer) => [producer, READINGS[producer]] as const)
  const notation = (kind: Reading['kind']) => (kind === 'evt' ? '%Y/%m/%d %H:%M:%S' : '%+')
  return {
    data_dir: folder,
    sources: Object.fromEntries(
      entries.map(([producer]) => [
        producer,
        { type: 'file', include: [files.get(producer)], read_from: 'beginning', ignore_checkpoints: true },
      ]),
    ),
    transforms: Object.fromEntries(
      entries.map(([producer, { kind, time }]) => [
        `${producer}_read`,
        {
          type: 'remap',
          inputs: [producer],
          source: `${parse[kind]}\n.timestamp = parse_timestamp!(.${time}, "${notation(kind)}")`,
        },
      ]),
    ),
    sinks: Object.fromEntries(
      entries.map(([producer, { metadata }]) => [
        `${producer}_out`,
        {
          type: 'loki',
          inputs: [`${producer}_read`],
          endpoint: `http://127.0.0.1:${port}`,
          encoding: { codec: 'json' },
          labels: { service: producer, level: '{{ level }}', node: '{{ node }}' },
          structured_metadata: Object.fromEntries(metadata.map((name) => [name, `{{ ${name} }}`])),
          out_of_order_action: 'accept',
        },
      ]),
    ),
  }
}
