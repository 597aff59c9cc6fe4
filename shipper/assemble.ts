/** Configuration → a pipeline that runs: which source feeds which flow, and where it all goes. */
import picomatch from 'picomatch'
import { BatchBuilder } from './batch/builder.ts'
import { lineWriter } from './batch/line.ts'
import type { Config, SourceConfig } from './config.ts'
import { dockerApi } from './docker/api.ts'
import { DockerSource } from './docker/source.ts'
import { endpointOptions } from './endpoint.ts'
import type { EventLog } from './events/log.ts'
import { makeEntryFlow, makeEventFlow, makeFlow } from './flows.ts'
import type { Inputs } from './inputs/index.ts'
import { podsApi } from './kubernetes/api.ts'
import { Pods } from './kubernetes/pods.ts'
import { PodSource } from './kubernetes/source.ts'
import type { Patterns } from './patterns/patterns.ts'
import { Pipeline } from './pipeline.ts'
import { createDestination, type PushEvent } from './push/deliver.ts'
import { createRedactor, type Redactor } from './redact/redact.ts'
import type { Scanner } from './scan/scanner.ts'
import { createFileSource } from './sources/file.ts'
import { mergeSources, withEnd } from './sources/merged.ts'
import { openPositions } from './sources/positions.ts'
import type { Origin, Source } from './sources/source.ts'
import { createStdinSource } from './sources/stdin.ts'

export interface AssembleOptions {
  readonly config: Config
  /** Read to the end and stop; keeps positions only in a file that is named. */
  readonly once: boolean
  readonly positions: string | undefined
  /** What listens, when anything does; closed with the pipeline. */
  readonly inputs?: Inputs | undefined
  /** What rules and patterns found: pushed as well. Whoever opened it closes it, after the pipeline. */
  readonly events?: EventLog | undefined
  /** Learns from every record that flows; undefined: off. */
  readonly patterns?: Pick<Patterns, 'watch'> | undefined
  /** Reads every record beside the flow, but for those of `events`. */
  readonly scanner?: Scanner | undefined
  readonly onPush: (event: PushEvent) => void
  readonly onProblem: (path: string, message: string) => void
}

export interface Assembly {
  readonly pipeline: Pipeline
  readonly redactor: Redactor
  readonly builder: BatchBuilder
  readonly inputs: Inputs | undefined
  close(): Promise<void>
}

export function assemble(options: AssembleOptions): Assembly {
  const { config, once, positions, inputs, events, scanner, patterns, onPush, onProblem } = options
  const redactor = createRedactor(config.redact)
  const builder = new BatchBuilder({
    maxBytes: config.batch.max_bytes,
    maxEntries: config.batch.max_entries,
    labels: { allow: config.labels.allow, maxValues: config.labels.max_values_per_label },
    write: lineWriter(config.line),
  })
  const parts = { config, builder, redactor, scanner, patterns }
  const destination = createDestination(destinationOptions(config, once, onPush))
  const fileSourceOf = matcher(config.sources)
  const sourceOf = (origin: Origin) =>
    docker?.containerOf(origin) === undefined ? fileSourceOf(origin.path) : dockerSettings(config)
  const docker = once ? undefined : openDocker(config, positions)
  const pods = openPods(config, onProblem)
  inputs?.onProblem(onProblem)
  const toldContainer = (origin: Origin) => docker?.containerOf(origin) ?? pods?.containerOf(origin.path)
  const own = [inputs, docker].filter((source) => source !== undefined)
  const sources = [...openSources(config, once, positions, pods), ...own]
  const pipeline = new Pipeline({
    source: mergeSources(events === undefined ? sources : withEvents(sources, events)),
    destination,
    builder,
    flowOf(origin, progress) {
      if (origin === events?.source.origin) return makeEventFlow(parts, progress, events)
      if (origin === inputs?.origin) return makeEntryFlow(parts, progress, inputs)
      return makeFlow(parts, sourceOf(origin), origin, progress, toldContainer(origin))
    },
    maxWaitMs: config.batch.max_wait_ms,
    onProblem,
    now: Date.now,
  })
  return { pipeline, redactor, builder, inputs, close: () => destination.close() }
}

function openSources(config: Config, once: boolean, positions: string | undefined, pods: Pods | undefined): Source[] {
  const paths = config.sources.flatMap(({ path }) => path)
  if (paths.length === 0) return []
  if (paths.length === 1 && paths[0] === '-') return [createStdinSource()]
  const files = createFileSource({
    paths,
    exclude: config.sources.flatMap(({ exclude }) => exclude),
    from: config.sources.every(({ from }) => from === 'end') ? 'end' : 'start',
    once,
    positions: positions === undefined ? undefined : openPositions(positions),
    lookMs: config.positions.every_ms,
  })
  return [pods === undefined ? files : new PodSource(files, pods)]
}

/** The source whose path names the file, or whose pattern finds it: the first that does. */
function matcher(sources: readonly SourceConfig[]): (path: string) => SourceConfig {
  const tests = sources.map((source) => {
    const isMatch = picomatch([...source.path], { dot: true })
    return { source, holds: (path: string) => source.path.includes(path) || isMatch(path) }
  })
  return (path) => (tests.find(({ holds }) => holds(path)) ?? tests[0]).source
}

function openPods({ kubernetes }: Config, onProblem: AssembleOptions['onProblem']): Pods | undefined {
  if (kubernetes === undefined) return undefined
  const { api: url, node, labels, token_file: tokenFile, ca_file: caFile } = kubernetes
  const tell = (message: string) => onProblem('kubernetes', message)
  return new Pods({ api: podsApi({ url, node, tokenFile, caFile }), labels, tell })
}

function openDocker({ inputs }: Config, positions: string | undefined): DockerSource | undefined {
  if (inputs.docker === undefined) return undefined
  const { socket, from } = inputs.docker
  return new DockerSource({
    api: dockerApi(socket),
    from,
    positions: positions === undefined ? undefined : `${positions}.docker`,
  })
}

/** A container's lines come as CRI's, whatever they hold. */
function dockerSettings({ timezone, env }: Config): SourceConfig {
  return {
    path: [],
    exclude: [],
    format: 'auto',
    timezone,
    service: undefined,
    node: undefined,
    env,
    level: undefined,
    labels: {},
    framing: 'cri',
    multiline: 'auto',
    max_line_bytes: MAX_CONTAINER_LINE_BYTES,
    from: 'start',
  }
}

/** A line that the runtime cut into parts is joined to so many bytes. */
const MAX_CONTAINER_LINE_BYTES = 1024 * 1024

/** Events come of what the others bring: where those end, so does the log, once it is read. */
function withEvents(sources: readonly Source[], { source }: EventLog): Source[] {
  if (sources.length === 0) return [source]
  return [withEnd(mergeSources(sources), () => source.finish()), source]
}

/** Loki takes 4 MB a second of a tenant by default; a little less leaves room for others. */
const AUTO_RATE_LIMIT_BYTES = 3 * 1024 * 1024

function destinationOptions({ loki, push }: Config, once: boolean, report: (event: PushEvent) => void) {
  const isLoopback = /^(localhost|127\.|\[::1\])/.test(new URL(loki.url).hostname)
  return {
    ...endpointOptions(loki),
    encoding: push.encoding,
    compression: push.compression,
    outOfWindow: push.out_of_window,
    deadLetters: push.dead_letter === undefined ? undefined : { path: push.dead_letter },
    rateLimitBytes:
      push.rate_limit_bytes === 'auto' ? (isLoopback ? undefined : AUTO_RATE_LIMIT_BYTES) : push.rate_limit_bytes,
    backoff: { minMs: push.retry.min_ms, maxMs: push.retry.max_ms },
    once,
    report,
  }
}
