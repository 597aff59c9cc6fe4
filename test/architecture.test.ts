/** The rules of docs/architecture.md and CONTRIBUTING.md that a program can check: imports, cycles, packages, file sizes. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { globSync } from 'tinyglobby'

/** What any stage may use besides its own folder: the vocabulary, and how to say what went wrong or was counted. */
const VOCABULARY = [
  'shipper/terms',
  ...['errors', 'version', 'suggest', 'schema-fault', 'lock'].map((file) => `shipper/${file}.ts`),
]
/** Requests: their bodies and secrets, Loki's and OpenTelemetry's encodings; for whoever listens. */
const WIRE = 'shipper/wire'
const STAGE = [...VOCABULARY, 'shipper/record.ts', 'shipper/telemetry.ts']
const CONFIG = ['shipper/config.ts', 'shipper/config']
/** Shapes that the configuration hands through as they are. */
const SETTINGS = ['events/event.ts', 'scan/rule.ts', 'triggers/trigger.ts'].map((f) => `type:shipper/${f}`)
const WATCHING = ['events', 'scan', 'patterns', 'triggers', 'admin'].map((folder) => `shipper/${folder}`)
const ASSEMBLY = [
  'endpoint.ts',
  'interpret.ts',
  'origin-flow.ts',
  'entry-flow.ts',
  'event-flow.ts',
  'flows.ts',
  'pipeline.ts',
  'tail-names.ts',
  'assemble.ts',
  'lookout.ts',
  'lookout-metrics.ts',
  'shipping.ts',
].map((f) => `shipper/${f}`)
const STAGES = ['sources', 'framing', 'formats', 'normalize', 'redact', 'batch', 'push'].map((s) => `shipper/${s}`)
const ASSEMBLY_MAY = [
  ...STAGE,
  ...STAGES,
  ...CONFIG,
  ...ASSEMBLY,
  ...WATCHING,
  'shipper/lanes',
  'shipper/spool',
  'shipper/inputs',
  'shipper/docker',
  'shipper/kubernetes',
  'shipper/exporter.ts',
  'shipper/report.ts',
]

const PREVIEW = 'dashboards/preview'
const PAGE_PARTS = ['model', 'loki', 'page'].map((part) => `${PREVIEW}/${part}`)

/**
 * Who may import what: folder or file → folders, files. The longest name that fits a file is its rule; a folder may
 * import itself. `type:` allows `import type` only. A file of shipper/ or loki/ without a rule is a violation.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'shipper/terms': [],
  'shipper/errors.ts': [],
  'shipper/suggest.ts': [],
  'shipper/schema-fault.ts': ['shipper/suggest.ts'],
  'shipper/version.ts': ['package.json'],
  'shipper/lock.ts': ['shipper/terms', 'shipper/errors.ts'],
  'shipper/record.ts': VOCABULARY,
  'shipper/telemetry.ts': [...VOCABULARY, 'shipper/record.ts'],

  'shipper/sources': STAGE,
  'shipper/framing': STAGE,
  'shipper/formats': STAGE,
  'shipper/normalize': STAGE,
  'shipper/redact': STAGE,
  [WIRE]: VOCABULARY,
  'shipper/inputs': [...STAGE, WIRE, 'shipper/spool', 'type:shipper/sources/source.ts'],
  'shipper/docker': [...STAGE, 'shipper/sources', 'shipper/framing', 'shipper/spool/disk.ts'],
  'shipper/kubernetes': [...STAGE, 'shipper/sources'],
  'shipper/spool': [...STAGE, 'shipper/sources'],
  'shipper/batch': [...STAGE, 'type:shipper/sources/source.ts'],
  'shipper/push': [...STAGE, 'type:shipper/batch/batch.ts'],
  'shipper/lanes': [...STAGE, 'shipper/batch', 'shipper/normalize', 'shipper/redact'],

  // What rules and patterns find, whom it is told, and who may change that: beside the flow, never in it.
  // A source as any other, whose position is kept as the spool's is.
  'shipper/events': [...STAGE, 'shipper/sources', 'shipper/spool/disk.ts', 'shipper/spool/progress.ts'],
  'shipper/scan': [...STAGE, 'shipper/events', 'loki/yaml'],
  'shipper/patterns': [...STAGE, 'shipper/events'],
  'shipper/triggers': [...STAGE, 'shipper/events'],
  'shipper/admin': [...STAGE, WIRE, 'shipper/events', 'shipper/scan', 'shipper/patterns', 'shipper/triggers', 'schema'],

  'shipper/config.ts': [...CONFIG, ...VOCABULARY],
  'shipper/config': [...CONFIG, ...SETTINGS, ...VOCABULARY, 'schema'],
  'shipper/report.ts': ['shipper/telemetry.ts'],
  'shipper/exporter.ts': ['shipper/telemetry.ts', 'shipper/errors.ts', 'shipper/version.ts'],

  ...Object.fromEntries(ASSEMBLY.map((file) => [file, ASSEMBLY_MAY])),
  'shipper/demo': [...ASSEMBLY_MAY, 'loki'],
  'shipper/querying': [...ASSEMBLY_MAY, WIRE, 'loki'],
  'shipper/commands': [...ASSEMBLY_MAY, WIRE, 'shipper/demo', 'shipper/querying', 'loki', 'dashboards', 'logger'],
  'shipper/cli.ts': ['shipper/commands', 'shipper/errors.ts', 'shipper/suggest.ts', 'shipper/version.ts'],

  loki: [...VOCABULARY, WIRE],
  // The application side: the record's rules and the way to Loki, never the assembly that ships files.
  logger: [
    ...STAGE,
    WIRE,
    'shipper/normalize',
    'shipper/redact',
    'shipper/batch',
    'shipper/push',
    'shipper/formats',
    'type:shipper/sources/source.ts',
  ],

  // Made at build time only: the SDK it needs is no part of the product.
  dashboards: ['loki/logql', 'loki/testing', 'shipper/errors.ts'],

  // Made at build time only as well: configurations of other programs, from the record's fields and tables.
  stack: ['shipper/terms', 'shipper/record.ts', 'shipper/normalize/outcome.ts'],

  // The page: what it knows, how it asks, what it draws, what it is made of. Its server is a part of the product.
  ...Object.fromEntries(
    Object.entries({
      model: ['loki/testing/variables.ts', 'shipper/record.ts'],
      page: [],
      loki: [`${PREVIEW}/model`],
      logs: PAGE_PARTS,
      controls: PAGE_PARTS,
      panels: [...PAGE_PARTS, `${PREVIEW}/logs`],
      explore: [...PAGE_PARTS, `${PREVIEW}/logs`, `${PREVIEW}/panels`],
      'watch/model': [
        `${PREVIEW}/model`,
        ...['events/event.ts', 'scan/rule.ts', 'triggers/trigger.ts'].map((f) => `shipper/${f}`),
        'type:shipper/events/json.ts',
        'type:shipper/scan/view.ts',
      ],
      watch: [...PAGE_PARTS, 'shipper/terms/sleep.ts'],
      views: [...PAGE_PARTS, ...['logs', 'panels', 'controls', 'explore', 'watch'].map((part) => `${PREVIEW}/${part}`)],
      'main.ts': [`${PREVIEW}/views`, `${PREVIEW}/page`],
      server: [WIRE],
    }).map(([part, allowed]) => [`${PREVIEW}/${part}`, allowed]),
  ),
}

/** A longer file says why in its head comment, with these words. */
const MAX_LINES = 300
/** Test files are lists of cases; they may be longer before a reader loses the thread. */
const MAX_TEST_LINES = 600
/** For developers only: dashboards/ alone needs the first, and is no part of what starts; dist/preview/ holds the second. */
const BUILD_ONLY = ['@grafana/grafana-foundation-sdk', 'uplot']

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

const code = globSync('{shipper,loki,logger,dashboards,stack}/**/*.ts', { ignore: '**/*.d.ts' }).sort()
const everything = globSync(['{shipper,loki,logger,dashboards,test}/**/*.ts', '{scripts,stack}/**/*.{ts,mjs}']).sort()
const imports = code.flatMap(importsOf)

test('imports go one way', () => {
  assert.deepEqual(imports.filter((each) => isLocal(each) && !isAllowed(each)).map(arrow), [])
})

test('every rule about imports is about something that exists', () => {
  const names = Object.entries(ALLOWED).flat(2)
  const unknown = names.map(withoutType).filter((name) => globSync([name, `${name}/**`], { dot: true }).length === 0)
  assert.deepEqual([...new Set(unknown)], [])
})

test('no file needs itself: imports make no cycle', () => {
  assert.deepEqual(cycles(imports.filter((each) => isLocal(each) && !each.isType)), [])
})

test('packages that the product imports are dependencies, and every dependency is imported', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const declared = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...BUILD_ONLY].sort()
  const used = imports.filter((each) => !isLocal(each) && !each.to.startsWith('node:')).map(({ to }) => packageOf(to))
  assert.deepEqual([...new Set(used)].sort(), declared)
})

test(`files stay under ${MAX_LINES} lines`, () => {
  const tooLong = everything.flatMap((file) => {
    const lines = readFileSync(file, 'utf8').split('\n').length - 1
    const max = file.startsWith('test/') ? MAX_TEST_LINES : MAX_LINES
    return lines > max ? [`${file}: ${lines} lines`] : []
  })
  assert.deepEqual(tooLong, [])
})

test('every file says what it is for: on top, or for a format by its title', () => {
  const says = (file: string, text: string) =>
    headComment(text) !== '' || (file.startsWith('shipper/formats/') && /^\/\*\*|^ +title: /m.test(text))
  assert.deepEqual(
    everything.filter((file) => !file.endsWith('.test.ts') && !says(file, readFileSync(file, 'utf8'))),
    [],
  )
})

test('no test is singled out', () => {
  const only = /\b(?:test|it|describe|suite)\.only\s*\(|\bonly:\s*true\b/
  assert.deepEqual(
    everything.filter((file) => file.endsWith('.test.ts') && only.test(readFileSync(file, 'utf8'))),
    [],
  )
})

test('every command has a file, and --help that ends with 0', async () => {
  const listed = [...readFileSync('shipper/cli.ts', 'utf8').matchAll(/import\('\.\/commands\/([\w-]+)\.ts'\)/g)].map(
    ([, name]) => name,
  )
  const runnable = globSync('shipper/commands/*.ts').filter((file) =>
    /export async function run\(/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(
    listed.map((name) => `shipper/commands/${name}.ts`).sort(),
    runnable.sort(),
    'shipper/cli.ts lists every file of shipper/commands that exports run, and no other',
  )
  for (const name of listed) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      'shipper/cli.ts',
      name,
      '--help',
    ])
    assert.match(stdout, new RegExp(`^Usage: longship ${name}\\b`), `longship ${name} --help`)
  }
})

/** Every import of a file: static, type, re-export and dynamic. Relative ones as paths from the root. */
function importsOf(file: string): Import[] {
  const text = withoutComments(readFileSync(file, 'utf8'))
  const statements = text.matchAll(/^(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom\s+'([^']+)'/gm)
  const bare = text.matchAll(/^import()\s+'([^']+)'/gm)
  const dynamic = text.matchAll(/\b(?:import|require)()\(\s*'([^']+)'\s*\)/g)
  return [...statements, ...bare, ...dynamic].map(([, type, to]) => ({
    from: file,
    to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to,
    isType: Boolean(type),
  }))
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '')
}

/** The comment that a file starts with, behind a #! line; '' when it starts with code. */
function headComment(text: string): string {
  return /^(?:#!.*\n)?(\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)/.exec(text)?.[1] ?? ''
}

function isLocal({ to }: Import): boolean {
  return to.includes('/') && /^(?:shipper|loki|logger|dashboards|stack|schema|scripts|test)\//.test(to)
    ? true
    : to === 'package.json'
}

function isAllowed({ from, to, isType }: Import): boolean {
  const rule = Object.keys(ALLOWED)
    .filter((name) => isIn(from, name))
    .sort((a, b) => b.length - a.length)[0]
  if (rule === undefined) return false
  const allowed = [rule, ...ALLOWED[rule]]
  return allowed.some((name) => isIn(to, withoutType(name)) && (isType || !name.startsWith('type:')))
}

function isIn(file: string, name: string): boolean {
  return file === name || file.startsWith(`${name}/`)
}

function withoutType(name: string): string {
  return name.replace(/^type:/, '')
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function arrow({ from, to, isType }: Import): string {
  return `${from} → ${to}${isType ? ' (type)' : ''}`
}

/** Cycles of a graph, each as the path that comes back to where it started. */
function cycles(edges: readonly Import[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (path.includes(file) || done.has(file)) return
    for (const to of targets.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}
