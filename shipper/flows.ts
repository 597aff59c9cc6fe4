/** How an origin's bytes become records: the flow of a file or container, of what inputs brought, of the event log. */
import { hostname } from 'node:os'
import type { BatchBuilder, Progress } from './batch/builder.ts'
import { lineWriter } from './batch/line.ts'
import type { Config, SourceConfig } from './config.ts'
import { EntryFlow } from './entry-flow.ts'
import { EventFlow } from './event-flow.ts'
import type { EventLog } from './events/log.ts'
import { byName } from './formats/index.ts'
import type { Inputs } from './inputs/index.ts'
import { Interpreter, messageOf } from './interpret.ts'
import { Lane } from './lanes/lane.ts'
import type { Surroundings } from './normalize/normalize.ts'
import { OriginFlow, type OriginFlowOptions } from './origin-flow.ts'
import type { Patterns, PatternWatch } from './patterns/patterns.ts'
import type { Redactor } from './redact/redact.ts'
import type { Scanner, Watch } from './scan/scanner.ts'
import { type Container, containerOf } from './sources/container.ts'
import type { Origin } from './sources/source.ts'
import type { EntryPlace } from './spool/entry.ts'
import { senderName, tailName } from './tail-names.ts'
import { fromMillis } from './terms/instant.ts'

/** What all flows share. */
export interface FlowParts {
  readonly config: Config
  readonly builder: BatchBuilder
  readonly redactor: Redactor
  /** Reads every record beside the flow. */
  readonly scanner?: Pick<Scanner, 'watch'> | undefined
  /** Learns from every record, and names its pattern. */
  readonly patterns?: Pick<Patterns, 'watch'> | undefined
}

const NO_RENAMES: ReadonlyMap<string, string> = new Map()

export function makeFlow(
  parts: FlowParts,
  source: SourceConfig,
  origin: Origin,
  progress: Progress,
  container: Container | undefined = containerOf(origin.path),
): OriginFlow {
  const { config, builder, redactor } = parts
  const added = new Map([...Object.entries(source.labels), ...(container?.fields ?? [])])
  const around: Surroundings = {
    service: container?.service ?? source.service ?? origin.name,
    node: source.node ?? container?.pod,
    env: source.env ?? config.env,
    level: source.level ?? 'unknown',
    host: hostname(),
  }
  const interpreter = new Interpreter({
    around,
    zone: source.timezone,
    format: source.format === 'auto' ? undefined : byName(source.format),
    redactor,
    now: () => fromMillis(Date.now()),
    added,
    keepOriginal: config.line === 'original',
  })
  const { generation } = origin
  // Docker's API has no offsets: those of its lines are of this run.
  const positionOf = generation === undefined ? undefined : (end: number) => `${generation}:${end}`
  const watch = parts.scanner?.watch(tailName(origin, container))
  const patterns = parts.patterns?.watch(origin.path)
  // The lane writes records as JSON, under the labels that every record has, in formats it finds itself.
  const isPlain = config.line === 'json' && source.format === 'auto' && added.size === 0
  const lane =
    isPlain && builder.hasPlainLabels
      ? makeLane({
          builder,
          redactor,
          around,
          progress,
          interpreter,
          isUtc: source.timezone === 'UTC',
          watch,
          patterns,
          positionOf,
        })
      : undefined
  const { framing, multiline, max_line_bytes: maxLineBytes } = source
  return new OriginFlow({
    framing: { framing, multiline: multiline === 'auto', maxLineBytes },
    interpreter,
    builder,
    progress,
    lane,
    patterns,
    watch,
    positionOf,
  })
}

interface LaneParts {
  readonly builder: BatchBuilder
  readonly redactor: Redactor
  readonly around: Surroundings
  readonly progress: Progress
  readonly interpreter: Interpreter
  readonly isUtc: boolean
  readonly watch: Watch | undefined
  readonly patterns: PatternWatch | undefined
  readonly positionOf: OriginFlowOptions['positionOf']
}

function makeLane({
  builder,
  redactor,
  around,
  progress,
  interpreter,
  isUtc,
  watch,
  patterns,
  positionOf,
}: LaneParts): Lane {
  const write = lineWriter('json')
  return new Lane({
    builder,
    around,
    progress,
    isUtc,
    mayHoldSecret: redactor.mayHoldBytes,
    parse(text) {
      const parsed = interpreter.parse(messageOf(text))
      const format = byName(parsed.format) as { keys?: ReadonlyMap<string, string> } | undefined
      return { parsed, rename: format?.keys ?? NO_RENAMES }
    },
    write: (text) => write(interpreter.record(messageOf(text))),
    patterns,
    // The lane takes no line that may hold a secret: the text is clean as it is.
    watched: watch && {
      watch,
      see: (text, end) => watch.see(interpreter.record(messageOf(text)), text, { position: positionOf?.(end) }),
    },
  })
}

/** Entries have their sender's place; what is configured is for those that say nothing. */
export function makeEntryFlow(parts: FlowParts, progress: Progress, inputs: Inputs): EntryFlow {
  const { config, builder, redactor, scanner, patterns } = parts
  const interpreterOf = ({ input }: EntryPlace) =>
    new Interpreter({
      around: { service: input, node: undefined, env: config.env, level: 'unknown', host: hostname() },
      zone: config.timezone,
      format: undefined,
      redactor,
      now: () => fromMillis(Date.now()),
      keepOriginal: config.line === 'original',
    })
  return new EntryFlow({
    interpreterOf,
    builder,
    progress,
    onUnreadable: () => inputs.drop('spool_other_version', 1),
    watchOf: scanner && ((place) => scanner.watch(senderName(place))),
    patterns: patterns?.watch('inputs'),
  })
}

/** Neither scanner nor miner: what was found is not searched again. */
export function makeEventFlow({ config, builder, redactor }: FlowParts, progress: Progress, log: EventLog): EventFlow {
  const { env, line } = config
  const onUnreadable = () => log.source.drop('event_log_damaged', 1)
  return new EventFlow({ env, redactor, builder, progress, keepOriginal: line === 'original', onUnreadable })
}
