/** Random metric queries. Where Loki's own answer depends on chance (ties of topk, of first and last), it is not asked. */

import type { Dice } from '../dice.ts'
import type { Facts, StreamFacts } from './facts.ts'
import { labelFilter, lineQuery, parser, quote, selector } from './random-log.ts'

const WINDOWS = ['1m', '5m', '7m30s', '30m', '1h', '15s']

export function metricQuery(stream: StreamFacts, facts: Facts, random: Dice): string {
  const inner = () => vector(stream, random)
  const shape = random.between(0, 10)
  if (shape < 5) return inner()
  if (shape < 7) return binary(stream, facts, random)
  if (shape === 7) return `label_replace(${inner()}, "made", "$1-x", "level", "(.{2}).*")`
  if (shape === 8)
    return random.pick([
      `${inner()} or vector(0)`,
      'vector(1) + 2',
      `absent_over_time(${selector(stream, random)} |= "zzz" [5m])`,
      '1 + 2 * 3 ^ 2',
      `${inner()} * 2 - 1`,
    ])
  return `${random.pick(['sort', 'sort_desc'])}(${aggregate(stream, random)})`
}

function vector(stream: StreamFacts, random: Dice): string {
  const shape = random.between(0, 10)
  if (shape < 3) return range(stream, random)
  if (shape < 9) return aggregate(stream, random)
  return `max(${aggregate(stream, random)})`
}

function aggregate(stream: StreamFacts, random: Dice): string {
  const op = random.pick(['sum', 'avg', 'min', 'max', 'count', 'stddev', 'stdvar'])
  return `${op}${grouping(stream, random)} (${range(stream, random)})`
}

function grouping({ labels, fields, metadata }: StreamFacts, random: Dice): string {
  const names = [...Object.keys(labels), ...fields.keys(), ...metadata.keys()]
  const some = Array.from({ length: 1 + random.between(0, 2) }, () => random.pick(names))
  return random.pick(['', ` by (${some.join(', ')})`, ` by (${some[0]})`, ` without (${some.join(', ')})`, ' by ()'])
}

function range(stream: StreamFacts, random: Dice): string {
  const numbers = [...stream.fields, ...stream.metadata].filter(([, values]) => values.some(isNumeric))
  if (numbers.length > 0 && random.chance(0.5)) return unwrapped(stream, random.pick(numbers), random)
  const op = random.pick(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate'])
  const log = random.pick([selector, lineQuery, counted])(stream, random)
  return `${op}(${log} [${random.pick(WINDOWS)}]${offset(random)})`
}

function offset(random: Dice): string {
  return random.chance(0.15) ? ` offset ${random.pick(['5m', '1m30s', '-2m'])}` : ''
}

/** Errors of parsers are left out: they make a metric query fail, and then there is nothing to compare. */
function counted(stream: StreamFacts, random: Dice): string {
  const filter = random.chance(0.5) ? ` ${labelFilter(stream, random)}` : ''
  return `${selector(stream, random)} ${parser(stream, random)}${filter} ${random.chance(0.8) ? '| __error__=""' : ''}`.trimEnd()
}

function isNumeric(value: string): boolean {
  return /^\d+(?:\.\d+)?(?:ms|s|KiB|B)?$/.test(value)
}

/** These group within themselves; the others must not. */
const GROUPED = [
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
]
const PLAIN = ['sum_over_time', 'rate', 'rate_counter', 'first_over_time', 'last_over_time']

function unwrapped(stream: StreamFacts, [name, values]: readonly [string, readonly string[]], random: Dice): string {
  const value = values.find(isNumeric)!
  const conversion = /(?:ms|s)$/.test(value)
    ? random.pick(['duration', 'duration_seconds'])
    : /B$/.test(value)
      ? 'bytes'
      : ''
  const unwrap = conversion === '' ? name : `${conversion}(${name})`
  const isGrouped = random.chance(0.6)
  const op = random.pick(isGrouped ? GROUPED : PLAIN)
  const parse = stream.metadata.has(name) ? '' : stream.kind === 'json' ? ' | json' : ' | logfmt'
  const by = isGrouped && random.chance(0.7) ? grouping(stream, random) : ''
  const log = `${selector(stream, random)}${parse} | unwrap ${unwrap} | __error__=""`
  const window = `[${random.pick(WINDOWS)}]${offset(random)}`
  const parameter = op === 'quantile_over_time' ? `${random.pick(['0.95', '0.5', '0', '1', '0.999'])}, ` : ''
  const inner = `${op}(${parameter}${log} ${window})${by}`
  // Sums are seldom equal: which of equal ones topk takes is chance in Loki.
  const isRanked = op === 'sum_over_time' && random.chance(0.4)
  return isRanked ? `${random.pick(['topk', 'bottomk'])}(3, ${inner})` : inner
}

const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  '> bool',
  '== bool',
  '<= bool',
  'and',
  'or',
  'unless',
]

function binary(stream: StreamFacts, facts: Facts, random: Dice): string {
  const op = random.pick(OPERATORS)
  const isSet = /^[a-z]+$/.test(op)
  if (!isSet && random.chance(0.3)) {
    const [a, b] = [aggregate(stream, random), random.pick(['2', '0.5', '100', '0'])]
    return random.chance(0.5) ? `${a} ${op} ${b}` : `${b} ${op} ${a}`
  }
  const names = Object.keys(stream.labels)
  const label = random.pick(names)
  const window = random.pick(WINDOWS)
  const other = random.chance(0.7) ? stream : random.pick(facts.streams)
  const of = (one: StreamFacts) =>
    `${random.pick(['sum', 'max'])} by (${label}) (${random.pick(['rate', 'count_over_time'])}(${selector(one, random)} ${random.chance(0.3) ? `|= ${quote(random.pick(one.words))}` : ''} [${window}]))`
  const on = random.pick(['', ` on (${label})`, ' ignoring (nothing)'])
  return `${of(stream)} ${op}${on} ${of(other)}`
}
