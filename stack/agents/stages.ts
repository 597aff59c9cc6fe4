/**
 * What Promtail and Alloy do with a line, as stages: made of the record's field list and of the tables that normalize
 * works by. Both programs have the same stages under the same names; promtail.ts and alloy.ts write them down.
 */
import { EVENT_ENDS, OUTCOME_WORDS } from '../../shipper/normalize/outcome.ts'
import { METADATA_FIELDS } from '../../shipper/record.ts'
import type { Role } from '../../shipper/terms/keys.ts'
import { LEVELS, spellingsOf } from '../../shipper/terms/level.ts'
import { spellings } from './names.ts'

export type Stage =
  | { readonly kind: 'json'; readonly expressions: Readonly<Record<string, string>>; readonly source?: string }
  | { readonly kind: 'logfmt'; readonly mapping: Readonly<Record<string, string>> }
  | { readonly kind: 'regex'; readonly expression: string }
  | { readonly kind: 'template'; readonly source: string; readonly template: string }
  | { readonly kind: 'output'; readonly source: string }
  | { readonly kind: 'timestamp'; readonly source: string; readonly formats: readonly string[] }
  | { readonly kind: 'match'; readonly selector: string; readonly stages: readonly Stage[] }
  | { readonly kind: 'multiline'; readonly firstline: string }
  | { readonly kind: 'labels' | 'structured_metadata' | 'labeldrop'; readonly names: readonly string[] }
  | { readonly kind: 'docker' | 'cri' }

/** What every record has as a label. */
export const LABELS = ['service', 'node', 'level', 'env'] as const

/** What Longship writes into its JSON line and these programs, whose line is the text as it was, only have here. */
export const CONTAINER_FIELDS = ['container', 'compose_project', 'stream'] as const

/** Roles whose value stands in one key of the line. */
const PLAIN = [
  ...METADATA_FIELDS.filter((name) => name !== 'outcome' && name !== 'duration_ms'),
  'env',
] as const satisfies readonly Role[]

/** Roles that others are derived from, under names that no line's own can have. */
const DERIVED_FROM: Readonly<Record<string, Role>> = {
  x_timestamp: 'timestamp',
  x_level: 'level',
  x_service: 'service',
  x_node: 'node',
  x_component: 'component',
  x_logger: 'logger',
  x_pod: 'pod',
  x_host: 'host',
  x_outcome: 'outcome',
  x_success: 'success',
  x_exit_code: 'exit_code',
}

/** Keys of durations by their unit; the factor makes milliseconds. `text`: Go's 1m2.5s and its like. */
const DURATIONS = [
  { name: 'x_ms', unit: 1, factor: '1' },
  { name: 'x_s', unit: 1000, factor: '1000' },
  { name: 'x_us', unit: 1e-3, factor: '0.001' },
  { name: 'x_ns', unit: 1e-6, factor: '0.000001' },
] as const
const DURATION_TEXT = 'x_text'

/** Name in the extracted map → keys of a line, the one that wins first. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ...PLAIN.map((role): [string, string[]] => [role, spellings(role)]),
  ...Object.entries(DERIVED_FROM).map(([name, role]): [string, string[]] => [name, spellings(role)]),
  ...DURATIONS.map(({ name, unit }): [string, string[]] => [name, spellings('duration', unit)]),
  [DURATION_TEXT, spellings('duration', undefined)],
])

/** From a line whose wrapping is off to its labels, metadata and time. */
export function recordStages(): Stage[] {
  return [
    ...parseStages(),
    ...levelStages(),
    // structlog's old messages stand under `event` too: a name has no spaces.
    {
      kind: 'template',
      source: 'event',
      template: '{{ if not (contains " " (default "" .event)) }}{{ default "" .event }}{{ end }}',
    },
    { kind: 'template', source: 'service', template: '{{ or .x_service .compose_service .container .x_file "" }}' },
    {
      kind: 'template',
      source: 'node',
      template: '{{ or .x_node .x_component .x_logger .x_pod .pod .x_host .x_machine "" }}',
    },
    durationStage(),
    outcomeStage(),
    { kind: 'timestamp', source: 'x_timestamp', formats: TIME_FORMATS },
    { kind: 'labels', names: LABELS },
    { kind: 'structured_metadata', names: [...METADATA_FIELDS, 'format', ...CONTAINER_FIELDS] },
  ]
}

/** As Go writes layouts. Times without a zone count as UTC. */
const TIME_FORMATS = [
  '2006-01-02T15:04:05.999999999Z07:00',
  '2006-01-02T15:04:05.999999999Z0700',
  '2006-01-02T15:04:05.999999999',
  '2006-01-02 15:04:05.999999999Z07:00',
  '2006-01-02 15:04:05.999999999',
  '2006/01/02 15:04:05.999999999',
  '02/Jan/2006:15:04:05 -0700',
]

/** Quoted as Promtail's selectors want it: they know no backticks. */
const [IS_JSON, IS_EVT, IS_LOGFMT] = ['^\\s*\\{', '(?:^| )evt: [\\w.-]+ \\{', '(?:^| )(?:level|lvl|severity)='].map(
  (regex) => JSON.stringify(regex),
)

/** A line is JSON, an event of evt:, key=value, or text. What one finds, a later one does not look for. */
function parseStages(): Stage[] {
  return [
    lines(`|~ ${IS_JSON}`, 'json', [{ kind: 'json', expressions: jsonExpressions() }]),
    lines(`!~ ${IS_JSON} |~ ${IS_EVT}`, 'evt', [
      {
        kind: 'regex',
        expression:
          '^(?P<x_timestamp>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)? ?.*?evt: (?P<x_event>[\\w.-]+) (?P<x_payload>\\{.*)$',
      },
      { kind: 'json', source: 'x_payload', expressions: withoutKeys(jsonExpressions(), ['event', 'x_timestamp']) },
      { kind: 'template', source: 'event', template: '{{ .x_event }}' },
    ]),
    lines(`!~ ${IS_JSON} !~ ${IS_EVT} |~ ${IS_LOGFMT}`, 'logfmt', [...logfmtStages()]),
    lines(`!~ ${IS_JSON} !~ ${IS_EVT} !~ ${IS_LOGFMT}`, 'plain', [
      { kind: 'regex', expression: TEXT_TIME },
      { kind: 'regex', expression: TEXT_LEVEL },
      { kind: 'regex', expression: TEXT_LOGGER },
    ]),
  ]
}

const TEXT_TIME =
  '^\\W{0,2}(?P<x_timestamp>\\d{4}[-/]\\d\\d[-/]\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?)'
const TEXT_LEVEL =
  '(?:^|[\\s\\[(|<])(?P<x_level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)(?:$|[\\s\\])|>:,-])'
const TEXT_LOGGER =
  '^\\S+[ T]\\S+ (?:- )?(?:(?P<x_logger>[A-Za-z_][\\w.-]*) - [A-Z]+ - |\\[?[A-Z]+\\]?\\s+\\[?(?P<x_component>[A-Za-z_][\\w.]*)\\]?[:\\]-])'

export function match(selector: string, stages: readonly Stage[]): Stage {
  return { kind: 'match', selector, stages }
}

/** Lines that the filter takes, and what they are then called. */
function lines(filter: string, format: string, stages: readonly Stage[]): Stage {
  return match(`{job=~".+"} ${filter}`, [...stages, { kind: 'template', source: 'format', template: format }])
}

/** Only log/slog's JSON has `msg` and levels in capitals; its durations are nanoseconds. */
const SLOG = { x_slog: 'msg' }

/** JMESPath: the first of a role's keys that is there; a dotted name is a key with dots, or keys inside one another. */
function jsonExpressions(): Record<string, string> {
  const found = [...KEYS].map(([name, keys]) => [name, keys.flatMap(jsonKey).join(' || ')])
  return { ...Object.fromEntries(found), ...SLOG }
}

function jsonKey(key: string): string[] {
  return key.includes('.') ? [`"${key}"`, key.split('.').map(quoted).join('.')] : [quoted(key)]
}

/** JMESPath takes no name that starts with a digit unless it is quoted. */
function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name}"`
}

function withoutKeys(expressions: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(expressions).filter(([name]) => !names.includes(name)))
}

/** The stage takes each key under a name of its own; templates then choose the one that wins. */
function* logfmtStages(): Generator<Stage> {
  const flat = [...KEYS].map(([name, keys]) => [name, keys.filter((key) => !key.includes('.'))] as const)
  const keys = flat.flatMap(([name, all]) => all.map((key) => [slot(name, key), key] as const))
  yield { kind: 'logfmt', mapping: Object.fromEntries(keys) }
  for (const [name, all] of flat) {
    yield {
      kind: 'template',
      source: name,
      template: `{{ or ${all.map((key) => `.${slot(name, key)}`).join(' ')} "" }}`,
    }
  }
}

function slot(name: string, key: string): string {
  return `${name}__${key}`
}

/** Words and letters by the table of levels, pino's tens and syslog's digits; INFO+2 counts as INFO. */
function levelStages(): Stage[] {
  const cases = LEVELS.filter((level) => level !== 'unknown').map((level) => {
    const words = [...spellingsOf(level), ...NUMBERS[level]].map((word) => JSON.stringify(word)).join(' ')
    return `if has $l (list ${words}) }}${level}`
  })
  const template = `{{ $l := regexReplaceAll "[+-][0-9]+$" (lower (trim (default "" .x_level))) "" }}{{ ${cases.join('{{ else ')}{{ else }}unknown{{ end }}`
  return [{ kind: 'template', source: 'level', template }]
}

const NUMBERS = {
  trace: ['10'],
  debug: ['20', '7'],
  info: ['30', '6', '5'],
  warn: ['40', '4'],
  error: ['50', '3'],
  critical: ['2', '1'],
  fatal: ['60', '0'],
} as const

/** Milliseconds. A bare number under a name without a unit is left out: it may be anything. */
function durationStage(): Stage {
  const units = DURATIONS.map(
    ({ name, factor }) => `if regexMatch "^[0-9.]+$" (default "" .${name}) }}{{ mulf .${name} ${factor} }}`,
  )
  const parts = [
    ['ms', '1'],
    ['[uµμ]s', '0.001'],
    ['ns', '0.000001'],
    ['s', '1000'],
    ['m', '60000'],
    ['h', '3600000'],
  ]
  const one = parts.map(
    ([unit, factor]) => `if regexMatch "^[0-9.]+${unit}$" $t }}{{ mulf (regexFind "^[0-9.]+" $t) ${factor} }}`,
  )
  const minutes =
    'if regexMatch "^[0-9]+m[0-9.]+s$" $t }}{{ addf (mulf (regexFind "^[0-9]+" $t) 60000) (mulf (trimSuffix "s" (regexFind "[0-9.]+s$" $t)) 1000) }}'
  const slog =
    'if and (default "" .x_slog) (regexMatch "^(?:DEBUG|INFO|WARN|ERROR)" (default "" .x_level)) (regexMatch "^[0-9]+$" $t) }}{{ mulf $t 0.000001 }}'
  const cases = [...units, ...one, minutes, slog].join('{{ else ')
  return {
    kind: 'template',
    source: 'duration_ms',
    template: `{{ $t := default "" .${DURATION_TEXT} }}{{ ${cases}{{ end }}`,
  }
}

/** As normalize/outcome.ts: a word, a boolean, a status, an exit code, the end of the event's name. */
function outcomeStage(): Stage {
  const words = (outcome: 'success' | 'failure') =>
    OUTCOME_WORDS[outcome]
      .split(' ')
      .map((word) => JSON.stringify(word))
      .join(' ')
  const success = (value: string) => `has (lower (default "" ${value})) (list ${words('success')})`
  const failure = (value: string) => `has (lower (default "" ${value})) (list ${words('failure')})`
  const ends = (outcome: 'success' | 'failure') =>
    `regexMatch "(?:^|[_. -])(?:${EVENT_ENDS[outcome]})$" (default "" .event)`
  const cases = [
    [success('.x_outcome'), 'success'],
    [failure('.x_outcome'), 'failure'],
    ['has (default "" .x_success) (list "true" "1")', 'success'],
    ['has (default "" .x_success) (list "false" "0")', 'failure'],
    ['regexMatch "^[123][0-9][0-9]$" (default "" .status)', 'success'],
    ['regexMatch "^[45][0-9][0-9]$" (default "" .status)', 'failure'],
    [`and (ne (default "" .status) "0") (${success('.status')})`, 'success'],
    [failure('.status'), 'failure'],
    ['eq (default "" .x_exit_code) "0"', 'success'],
    ['regexMatch "^-?[0-9]+$" (default "" .x_exit_code)', 'failure'],
    [ends('failure'), 'failure'],
    [ends('success'), 'success'],
  ]
  const template = `{{ ${cases.map(([test, outcome]) => `if ${test} }}${outcome}`).join('{{ else ')}{{ end }}`
  return { kind: 'template', source: 'outcome', template }
}
