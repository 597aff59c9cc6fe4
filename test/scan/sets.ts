/** Sets of rules as different people write them, for lines of the bench's corpus and of test/scan/lane.test.ts. */
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { rule } from './rules.ts'

function named(patterns: readonly string[], more: (n: number) => Partial<RuleSettings> = () => ({})): RuleSettings[] {
  return patterns.map((pattern, n) => rule(`r${n}`, pattern, more(n)))
}

/** No text of three letters that must be there: all of them go through the automaton, or to the engine. */
const WITHOUT_TEXT = [
  ...[
    '\\b\\d{4,}ms\\b',
    '\\b[45]\\d\\d\\b',
    '[0-9a-f]{8}-[0-9a-f]{4}',
    '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b',
    '[A-Z]{3,}',
  ],
  ...[
    '\\w+@\\w+\\.\\w+',
    '^\\s+at ',
    '[^\\x20-\\x7e]',
    '\\d+%',
    '\\(\\d+\\)$',
    '^\\[\\w+\\]',
    '\\b\\d+(?:\\.\\d+)?[smh]\\b',
  ],
  ...[
    '[a-z]+\\.[a-z]+_[a-z]+',
    '<[a-z]+>',
    '^\\W',
    '\\w{20,}',
    '"[^"]{3,}"',
    '/\\w+/\\w+',
    '(?:\\w+ ){4,}',
    '\\d$',
    '^.{40,}$',
  ],
  ...[
    '(?i)[a-z]\\b[^a-z]*\\B',
    '(?s).\\z',
    '(?m)^\\w+$',
    '^$',
    '\\pL{9}',
    '(?i)\\x{212a}\\d',
    '(?:a|e|i)(?:n|r)t?',
    '.{0,3}[^ -~]',
  ],
]

const WORDS =
  'panic,fatal,timeout,refused,denied,expired,corrupt,rollback,disk full,busy,failed,retry,lost,skipped,eof,i/o'.split(
    ',',
  )
const COMMON =
  'push,node_,Volume,provision,tool_,step,lease,pull,message,complete,worker,start,end,error,attached'.split(',')
const FIELDS =
  'message,error,error_type,level,service,node,correlation_id,thread_id,event,component,job_id,operation,step,status,workspace_id,tier,duration_ms,last_seq,stack,line,format,env,sync'.split(
    ',',
  )
const ON_FIELDS = [
  '^(?:error|failed)$',
  '(?i)fail',
  '^(?:ws|job|msg)[-_]1',
  'timeout',
  '\\d{4,}',
  '^[a-z]+$',
  '77',
  '(?i)warn|INFO',
]

/** By kind. */
export const SETS: ReadonlyMap<string, readonly RuleSettings[]> = new Map([
  ['without a text that must be there', named(WITHOUT_TEXT)],
  ['words in any case', named([...WORDS, ...COMMON].map((word) => `(?i)${word}`))],
  ['words as they stand', named([...WORDS, ...COMMON])],
  [
    'alternatives',
    named(
      WORDS.map((word, n) => `(?i)\\b(?:${word}|${COMMON[n % COMMON.length]}|${WORDS[(n * 7 + 3) % WORDS.length]})`),
    ),
  ],
  ['a long list of names', named([Array.from({ length: 150 }, (_, n) => `user_${n * 3}`).join('|'), 'user_1[0-9]\\b'])],
  ['half of them hit', named([...COMMON, ...WORDS].flatMap((word) => [word, `(?i)${word}`]))],
  [
    'fields',
    named(
      FIELDS.flatMap(() => ON_FIELDS),
      (n) => ({ on: FIELDS[Math.floor(n / ON_FIELDS.length)] }),
    ),
  ],
  ['whole lines', named([...WORDS, ...COMMON, ...WITHOUT_TEXT], () => ({ on: 'line' }))],
  [
    'streams and severities',
    named([...COMMON, ...WITHOUT_TEXT], (n) => ({
      streams: (['stdout', 'stderr', 'both'] as const)[n % 3],
      severity: (['info', 'warn', 'error', 'critical'] as const)[n % 4],
    })),
  ],
  [
    'workloads',
    named([...COMMON, ...COMMON], (n) => (n % 2 === 0 ? {} : { workload: ['langgraph', 'app'][n % 3] ?? 'x' })),
  ],
  ['captures', named(COMMON.map((word) => `(?i)(?P<before>\\S*)\\s?${word}(?:[: _](?P<behind>.*))?`))],
  ['anchored', named(COMMON.flatMap((word) => [`^${word}`, `${word}$`, `^(?:${word})$`, `^(?i:${word})[ _.]`]))],
  ['short', named(['up', 'ok', 'no', 'io', 'vm', 'db', 'id', 's3', 'gc'].map((word) => `\\b${word}\\b`))],
])
