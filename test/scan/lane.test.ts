/** The prefilters' law: with express lane and prefilters exactly those hits are found that every rule on every record finds. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import fc from 'fast-check'
import { PRODUCERS, writeCorpusFile } from '../../scripts/bench/corpus.ts'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import type { Watch } from '../../shipper/scan/scanner.ts'
import { runFlow } from '../flow.ts'
import { exportedFormats, readCorpus } from '../formats/corpus.ts'
import { NaiveWatch, rule, scannerOf } from './rules.ts'
import { SETS } from './sets.ts'

const RULES: RuleSettings[] = [
  rule('any case', '(?i)FAILED|timeout'),
  rule('exact', 'error: (?P<what>\\w+)'),
  rule('quote', '"x"'),
  rule('backslash', '\\\\'),
  rule('slash', '/api/'),
  rule('anchored', '^pull'),
  rule('ends', '\\d$'),
  rule('word', '\\bVolume\\b'),
  rule('no text', '[A-Z]{2}'),
  rule('digits', '\\d\\d\\d'),
  rule('empty', '^$'),
  rule('everything', ''),
  rule('beyond ascii', '[é中😀]|ü'),
  rule('kelvin', '(?i)k1|sſ'),
  rule('newline', 'a\\nb|\\n\\s+at '),
  rule('tab', '\\t'),
  rule('dot', 'p.ll'),
  rule('level', '^(?:error|warn)$', { on: 'level' }),
  rule('outcome', 'failure', { on: 'outcome' }),
  rule('slow', '^(?P<ms>[0-9]{3,})(?:\\.[0-9]+)?$', { on: 'duration_ms' }),
  rule('service', 'lang|auto', { on: 'service' }),
  rule('node', '^n[1-4]', { on: 'node' }),
  rule('env', '', { on: 'env' }),
  rule('format', 'slog|evt', { on: 'format' }),
  rule('field', '^ws-1', { on: 'workspace_id' }),
  rule('number', '^1', { on: 'last_seq' }),
  rule('boolean', 'true', { on: 'sync' }),
  rule('null', '', { on: 'nothing' }),
  rule('list', 'a', { on: 'tags' }),
  rule('nested', 'x', { on: 'http.path' }),
  rule('event', '^node_', { on: 'event' }),
  rule('stack', 'at ', { on: 'stack' }),
  rule('line', '(?i)component|msg=', { on: 'line' }),
  rule('line end', '[}"]$', { on: 'line' }),
  rule('raw escape', '\\\\n|\\\\u00', { on: 'line' }),
  rule('stderr only', '', { streams: 'stderr' }),
  rule('stdout only', 'skip', { streams: 'stdout' }),
  rule('of a workload', 'node', { workload: 'langgraph' }),
  rule('stands for', 'fail', { workload: 'langgraph', overrides: 'exact' }),
]

const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** Returns how many lines the lane took. */
function assertSame(lines: readonly string[], rules: readonly RuleSettings[], end = '\n', block = 64 * 1024): number {
  const bytes = Buffer.from(lines.map((line) => line + end).join(''))
  const naive = new NaiveWatch(rules)
  runFlow(bytes, false, 64 * 1024, undefined, naive as unknown as Watch)
  const { scanner, events } = scannerOf(rules)
  const { lane } = runFlow(bytes, true, block, undefined, scanner.watch('app.log'))
  const found = events.map(({ metadata }) => ({ rule: metadata.rule_id, captures: metadata.captures }))
  const expected = naive.hits.map(({ rule: id, captures }) => ({ rule: id, captures }))
  assert.deepEqual(found.sort(byText), expected.sort(byText))
  assertSameCounts(bytes, rules, naive)
  return lane.lines
}

/** Silent rules count each hit, without a record for it. */
function assertSameCounts(bytes: Buffer, rules: readonly RuleSettings[], naive: NaiveWatch): void {
  const silent = scannerOf(rules.map((each) => ({ ...each, cooldown: '1d' })))
  runFlow(bytes, true, 64 * 1024, undefined, silent.scanner.watch('app.log'))
  const { rules: counted, lines } = silent.scanner.stats()
  const expected = new Map(rules.map(({ name }) => [name, 0]))
  for (const { rule: id } of naive.hits) expected.set(id, (expected.get(id) ?? 0) + 1)
  assert.deepEqual(new Map(Object.entries(counted).map(([id, { hits }]) => [id, hits])), expected)
  const { scanner } = scannerOf([rule('none', 'x')])
  runFlow(bytes, false, 64 * 1024, undefined, scanner.watch('app.log'))
  assert.equal(lines, scanner.stats().lines, 'records looked at')
}

test('every corpus of the formats, over and over, as the lane takes what it has learned', async () => {
  let taken = 0
  for (const name of (await exportedFormats()).keys()) {
    const lines = readCorpus(name).map(({ head, rest }) => (rest === '' ? head : `${head}\n${rest}`))
    taken += assertSame([...lines, ...lines, ...lines, ...lines, ...lines, ...lines], RULES)
  }
  assert.ok(taken > 50, `the lane took ${taken} lines`)
})

const LEVELS = ['info', 'warning', 'error', 'debug']
const LINES: ((n: number, text: string) => string)[] = [
  (n, text) =>
    `{"timestamp": "2026-11-21T10:24:59.${String(n % 1000).padStart(3, '0')}+02:00", "level": "${LEVELS[n % 4]}", "service": "langgraph", "event": "${['node_start', 'node_failed', 'step'][n % 3]}", "node": "n${n % 9}", "note": ${text}, "duration_ms": ${n / 4}}`,
  (n, text) =>
    `{"time":"2026-11-21T10:24:59.488025949Z","level":"${['INFO', 'DEBUG', 'WARN', 'ERROR'][n % 4]}","msg":${text},"component":"autosync","last_seq":${n},"elapsed":${n * 1234567},"nothing":null,"tags":["a","b"],"stream":"${['stderr', 'stdout', 'x'][n % 3]}"}`,
  (n, text) =>
    `{"time":"2026-11-21T10:24:59Z","level":"ERROR","msg":${text},"service":"web","stack":"Error: x\\n    at f (a.js:${n})"}`,
  (n, text) =>
    `time="2026-11-21T10:24:59Z" level=${LEVELS[n % 3]} msg=${text} job_id=job-${n % 7} step=s status=${['completed', 'failed'][n % 2]} total_duration_ms=${n}`,
  (n) => `2026/11/21 10:24:59 evt: provision.start {"workspace_id":"ws-${n}","sync":${n % 2 === 0},"duration_ms":${n}}`,
  (n) => `{"time":"2026-11-21T10:24:59Z","level":"INFO","n":${n},"http":{"path":"/x/${n}"}}`,
]

const word = fc.constantFrom(
  ...['pull', 'error: disk', 'FAILED', 'Timeout', '"x"', '\\', '/api/', 'Volume 3', 'é', '中', '😀', '\u212a1', 'ſs'],
  ...['a\nb', '\t', '', 'skip', '\u0001', '123', 'AB', 'p/ll', '\r', ' ', 'tIMEoUT', 'K1', '\ud83d'],
)
/** JSON text, in which some letters are escapes that they need not be. */
const text = fc.tuple(fc.array(word, { maxLength: 4 }), fc.nat(5)).map(([words, way]) => {
  const json = JSON.stringify(words.join(' '))
  if (way === 0) return json.replace(/[a-f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
  return way === 1 ? json.replaceAll('/', '\\/') : json
})

for (const [way, end] of [
  ['line feeds', '\n'],
  ['CRLF', '\r\n'],
] as const) {
  test(`generated lines with escapes and Unicode, ${way}`, () => {
    let taken = 0
    const line = fc.tuple(fc.nat(LINES.length - 1), fc.nat(2000), text).map(([kind, n, said]) => LINES[kind](n, said))
    fc.assert(
      fc.property(fc.array(line, { minLength: 20, maxLength: 60 }), (lines) => {
        taken += assertSame(lines, RULES, end)
      }),
      { numRuns: 60 },
    )
    assert.ok(taken > 100, `the lane took ${taken} lines`)
  })
}

const SAID = [
  'pull "x"',
  'error: é disk',
  'Timeout 123',
  'a\nb',
  'i/o EOF 500',
  'push failed',
  '\u212a1 user_45',
  'VM lost',
]
const CORPUS = [
  ...benchLines(150),
  ...Array.from({ length: 240 }, (_, n) => LINES[n % LINES.length](n, JSON.stringify(SAID[n % SAID.length]))),
]

/** As the bench has them: so many of each producer. */
function benchLines(count: number): string[] {
  const folder = mkdtempSync(`${tmpdir()}/longship-lane-`)
  try {
    return PRODUCERS.flatMap((name) => {
      const file = readFileSync(writeCorpusFile(folder, name, count, 1_795_000_000_000, 7), 'utf8')
      return file.trimEnd().split('\n')
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

for (const [kind, rules] of SETS) {
  test(`a set of rules: ${kind}`, () => {
    const taken = assertSame(CORPUS, rules)
    assert.ok(taken > 100, `the lane took ${taken} lines`)
  })
}

test('one rule at a time, so that none rides on another', () => {
  const lines = Array.from({ length: 60 }, (_, n) =>
    LINES[n % LINES.length](n, JSON.stringify(['pull "x"', 'error: é', 'Timeout 123', 'a\nb'][n % 4])),
  )
  for (const each of RULES) assertSame(lines, [{ ...each, overrides: undefined } as unknown as RuleSettings])
})

const ON_LINE: readonly RuleSettings[] = [
  rule('core', '(?i)core dumped', { on: 'line' }),
  rule('exact', 'pull failed|CORE', { on: 'line' }),
  rule('name', '"note"', { on: 'line' }),
]

for (const block of [1, 2, 3, 7, 64, 333, 1000, 4096, 64 * 1024]) {
  test(`rules on the line, blocks of ${block} bytes in one memory`, () => {
    const said = [
      'quiet',
      'Core Dumped',
      'core dumpe',
      'd',
      'pull failed',
      'CORE',
      'nothing that is looked for'.repeat(9),
    ]
    const lines = Array.from({ length: 400 }, (_, n) =>
      LINES[n % LINES.length](n, JSON.stringify(said[(n * 7 + (n >> 4)) % said.length])),
    )
    for (const rules of [ON_LINE, ON_LINE.slice(0, 1)]) {
      for (const end of ['\n', '\r\n']) {
        const taken = assertSame(lines, rules, end, block)
        // A line that is cut in two goes the general way.
        assert.ok(taken > 100 || block < 1000, `the lane took ${taken} lines`)
      }
    }
  })
}
