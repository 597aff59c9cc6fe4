/** The page's model against its tables: what it shows, asks and suggests. The cases are in the .txt files beside this. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { framesOf } from '../../dashboards/preview/loki/frames.ts'
import { timeBuiltIns } from '../../dashboards/preview/model/builtins.ts'
import { mappingFor, valueColour } from '../../dashboards/preview/model/colours.ts'
import { complete, wantedAt } from '../../dashboards/preview/model/completion.ts'
import type { Panel } from '../../dashboards/preview/model/dashboard.ts'
import { configureFrames } from '../../dashboards/preview/model/fields.ts'
import { displayName, type Frame, lengthOf } from '../../dashboards/preview/model/frame.ts'
import { lanesOf } from '../../dashboards/preview/model/lanes.ts'
import { readLine } from '../../dashboards/preview/model/logline.ts'
import { tokenize, withFilters } from '../../dashboards/preview/model/logql.ts'
import { reduceValues } from '../../dashboards/preview/model/reduce.ts'
import { durationText, parseDuration, parseTime, stepFor } from '../../dashboards/preview/model/times.ts'
import { transform } from '../../dashboards/preview/model/transform.ts'
import { formatValue } from '../../dashboards/preview/model/units.ts'
import { readOptionQuery } from '../../dashboards/preview/model/variableoptions.ts'
import { ALL, interpolateQuery, type Variable } from '../../dashboards/preview/model/variables.ts'
import { byLevel } from '../../dashboards/preview/model/volume.ts'
import { singleValues } from '../../dashboards/preview/panels/values.ts'
import { readTable } from './table.ts'

process.env['TZ'] = 'UTC'

/** One test a line. */
function check(file: string, run: (columns: readonly string[]) => string): void {
  for (const { name, columns, expected } of readTable(file)) test(name, () => assert.equal(run(columns), expected))
}

check('units.txt', ([text, unit, decimals]) => {
  const number = text === 'NaN' ? Number.NaN : Number(text)
  const value = text === 'null' ? null : Number.isNaN(number) && text !== 'NaN' ? text : number
  return formatValue(value, unit, decimals === '-' ? undefined : Number(decimals))
})

check('times.txt', ([text, edge]) => {
  const time = parseTime(text!, Date.parse('2026-11-21T16:30:45Z'), edge === 'end')
  return time === undefined ? 'undefined' : new Date(time).toISOString()
})

check('steps.txt', ([length, points, least]) => {
  const to = parseDuration(length!)!
  return durationText(stepFor({ from: 0, to }, Number(points), least === '-' ? undefined : parseDuration(least!)))
})

const VARIABLES: readonly [name: string, Partial<Variable['model']>, options: string[], chosen: string[]][] = [
  ['service', { multi: true }, ['api', 'web', 'a.b'], ['api', 'web']],
  ['dotted', { multi: true }, ['a.b'], ['a.b']],
  ['one', {}, ["it's"], ["it's"]],
  ['all', { includeAll: true }, ['x', 'y'], [ALL]],
  ['own', { includeAll: true, allValue: '.+' }, ['x', 'y'], [ALL]],
]

check('variables.txt', (columns) => {
  const variables = new Map(
    VARIABLES.map(([name, model, options, chosen]) => [
      name,
      { model: { name, type: 'custom', ...model }, options, chosen },
    ]),
  )
  const times = { range: { from: 1000, to: 3_601_000 }, raw: { from: 'now-1h', to: 'now' }, stepMs: 10_000 }
  return interpolateQuery(columns.join('  '), { variables, builtIn: timeBuiltIns(times) })
})

check('completion.txt', (columns) => {
  const text = columns.join('  ')
  const wanted = wantedAt(text.replace('‸', ''), text.indexOf('‸'))
  if (wanted === undefined) return 'nothing'
  return `${wanted.kind} "${wanted.typed}"${wanted.kind === 'value' ? ` of ${wanted.label}` : ''}`
})

check('complete.txt', ([text, word]) => {
  const [plain, at] = [text!.replace('‸', ''), text!.indexOf('‸')]
  const { text: completed, cursor } = complete(plain, at, wantedAt(plain, at)!, word!)
  return `${completed.slice(0, cursor)}‸${completed.slice(cursor)}`
})

check('filters.txt', (columns) =>
  withFilters(columns.join('  '), [
    { key: 'level', operator: '=', value: 'error' },
    { key: 'duration_ms', operator: '>', value: '5' },
    { key: 'a"}', operator: '=', value: 'keys that are no names are left out' },
  ]),
)

check('options.txt', (columns) => {
  const text = columns.join('  ')
  const query = readOptionQuery(text.startsWith('{"') ? JSON.parse(text) : text)
  if (query === undefined) return 'nothing'
  return query.label === undefined
    ? 'names'
    : `values of ${query.label}${query.stream === '' ? '' : ` in ${query.stream}`}`
})

check('transform.txt', ([text]) => {
  const list = text!.split(/ (?=\w+(?:\{|$| ))/).map((part) => {
    const [, id, options = '{}'] = /^(\w+)(\{.*\})?$/.exec(part)!
    return { id: id!, options: JSON.parse(options) }
  })
  const frame = (refId: string, service: string, value: number): Frame => ({
    refId,
    name: service,
    fields: [
      { name: 'Time', type: 'time', values: [1000] },
      { name: 'Value', type: 'number', values: [value], labels: new Map([['service', service]]), legend: service },
    ],
  })
  const { frames, unknown } = transform([frame('A', 'api', 3), frame('B', 'web', 5)], list)
  return [...rowsOf(frames[0]!), ...unknown].join('|')
})

check('values.txt', ([reduce, text]) => {
  const refs = text!.split(' | ').map((part, index) => {
    const series = part.split(' ').map((each) => {
      const [labels, value] = each.split(':') as [string, string]
      const pairs = labels.split(',').map((pair) => pair.split('=') as [string, string])
      return { labels: new Map(labels === '' ? [] : pairs), times: [1000], values: [Number(value)] }
    })
    const answer = { type: 'vector' as const, series, stats: { bytes: 0, lines: 0, seconds: 0 } }
    return framesOf(answer, { refId: 'AB'[index]! }, true)
  })
  const panel: Panel = {
    type: 'stat',
    options: { reduceOptions: { values: reduce === 'rows', calcs: ['lastNotNull'] } },
    fieldConfig: {
      overrides: [
        { matcher: { id: 'byName', options: 'web' }, properties: [{ id: 'color', value: FIXED_RED }] },
        { matcher: { id: 'byFrameRefID', options: 'B' }, properties: [{ id: 'displayName', value: 'second' }] },
      ],
    },
  }
  const frames = configureFrames(refs.flat(), panel)
  return singleValues({ panel, frames, links: () => [] })
    .map(({ name, value, color }) => `${name} ${value} ${color}`)
    .join(' | ')
})

const FIXED_RED = { mode: 'fixed', fixedColor: 'red' }

check('volume.txt', ([text]) => {
  const series = text!.split(' ').map((part) => {
    const [labels, count] = part.split(':') as [string, string]
    return {
      labels: new Map(labels.split(',').map((pair) => pair.split('=') as [string, string])),
      times: [1000],
      values: [Number(count)],
    }
  })
  const shown = byLevel(series).map(
    ({ labels, times, values }) => `${labels.get('level')} ${times.map((time, at) => `${time}:${values[at]}`)}`,
  )
  return shown.join('|')
})

check('reduce.txt', ([values, calculation]) => {
  const read = values!.split(' ').map((value) => (value === '.' ? null : Number(value)))
  return String(reduceValues(read, calculation!))
})

check('colours.txt', ([text, thresholds, mapping]) => {
  const isPercent = thresholds!.startsWith('%')
  const steps = thresholds!
    .replace('%', '')
    .split(' ')
    .map((step) => {
      const [from, ...color] = step.split(':')
      return { value: from === 'base' ? null : Number(from), color: color.join(':') }
    })
  const config = {
    unit: 'short',
    thresholds: { mode: isPercent ? 'percentage' : 'absolute', steps },
    mappings: readMapping(mapping!),
  }
  const value = text === 'null' ? null : Number(text)
  return `${valueColour(value, config)} ${mappingFor(value, config.mappings)?.text ?? formatValue(value, config.unit)}`
})

function readMapping(text: string) {
  const found = /^(\w+) (\S+)=(\w+),(\w+)$/.exec(text)
  if (found === null) return []
  const [, type, match, shown, color] = found as unknown as [string, string, string, string, string]
  const result = { text: shown, color }
  if (type === 'value') return [{ type, options: { [match]: result } }]
  const [from, to] = match.split('-').map(Number)
  return [{ type, options: type === 'range' ? { from, to, result } : { match, result } }]
}

check('logline.txt', (columns) => {
  const labels = columns
    .at(-1)!
    .split(',')
    .map((pair) => pair.split('=') as [string, string])
  const { level, origin, message, took } = readLine(columns.slice(0, -1).join('  '), new Map(labels))
  return `${level} ${origin} ${message} ${took ?? '-'}`
})

check('lanes.txt', (columns) => {
  const entries = columns
    .join('  ')
    .split(' ; ')
    .map((part) => {
      const [at, level, origin, event, duration] = part.split(' ') as [string, string, string, string, string]
      const [service, node] = origin.split('/') as [string, string]
      const took: [string, string][] = duration === '-' ? [] : [['duration_ms', duration]]
      return {
        time: `${at}000000`,
        line: 'text',
        labels: new Map([['level', level], ['service', service], ['node', node], ['event', event], ...took]),
      }
    })
  const { lanes, from, to } = lanesOf(entries)
  const shown = lanes.map(({ name, steps }) =>
    steps.map((step) => `${name} ${step.from}-${step.to} ${step.name} ${step.level}`),
  )
  return [...shown.flat(), `${from}-${to}`].join(' | ')
})

function rowsOf(frame: Frame): string[] {
  const rows = [frame.fields.map((field) => displayName(field, frame)).join(',')]
  for (let row = 0; row < lengthOf(frame); row++) rows.push(frame.fields.map(({ values }) => values[row]).join(','))
  return rows
}

test('tokens of a query are the query, whatever it is', () => {
  for (const text of [
    '{a="b"',
    'sum by(',
    '"unfinished',
    '`',
    '\\',
    '# comment',
    '{a=~`x`} |> "<_>" | unwrap bytes(x) [5m30s]',
    '😀',
  ]) {
    const tokens = tokenize(text)
    assert.equal(tokens.map((token) => token.text).join(''), text)
  }
})

test('long queries and lines are read in time that grows with their length', () => {
  const started = process.cpuUsage().user
  tokenize(`{a="${'\\'.repeat(50_000)}`)
  tokenize('sum('.repeat(20_000))
  for (const line of [`msg="${'\\'.repeat(30_000)}`, `msg=${'a'.repeat(30_000)}`, `msg= ${'a-'.repeat(15_000)}`])
    readLine(line, new Map())
  wantedAt('{a="b",'.repeat(5000), 35_000)
  const fields = [{ name: 'Line', type: 'string' as const, values: ['x'.repeat(300_000)] }]
  transform([{ refId: 'A', fields }], [{ id: 'extractFields', options: { source: 'Line' } }])
  assert.ok(process.cpuUsage().user - started < 2_000_000, 'two seconds of CPU')
})
