/** The ruler on a clock of its own: states over time, reloads, broken files, limits, its API over HTTP. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DEFAULT_LIMITS } from '../../loki/limits.ts'
import { createRuler, type Ruler } from '../../loki/server/ruler/ruler.ts'
import { DEFAULT_RULER, type RulerSettings } from '../../loki/server/ruler/settings.ts'
import { createServer } from '../../loki/server/server.ts'
import { DEFAULT_SETTINGS, readLokiConfig } from '../../loki/server/settings.ts'
import { createTenant } from '../../loki/server/tenant.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)
const NO_FILTER = { type: '', names: new Set<string>(), groups: new Set<string>(), files: new Set<string>() } as const

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'longship-ruler-'))
  folders.push(path)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

const RULES = `
groups:
  - name: g
    rules:
      - alert: Always
        expr: vector(1)
        for: 2m
        labels: { severity: page }
        annotations: { text: 'is {{ $value }}' }
      - record: a:b
        expr: vector(2) + vector(3)
        labels: { team: x }
`

interface Setup {
  readonly ruler: Ruler
  readonly warnings: string[]
  readonly posted: { url: string; body: unknown; headers: unknown }[]
  /** Moves the clock and lets the ruler work, minute by minute. */
  forward(minutes: number): Promise<void>
  set(now: number): void
}

function setUp(directory: string, settings: Partial<RulerSettings> = {}, status = 200): Setup {
  let now = START + 1
  const warnings: string[] = []
  const posted: Setup['posted'] = []
  const answer: typeof fetch = async (url, init) => {
    posted.push({ url: String(url), body: JSON.parse(String(init?.body)), headers: init?.headers })
    if (status === 0) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })
    return new Response('no', { status })
  }
  const ruler = createRuler({
    settings: { ...DEFAULT_RULER, directory, ...settings },
    limits: DEFAULT_LIMITS,
    findTenant: createTenant,
    rootTenant: 'fake',
    now: () => now,
    fetch: answer,
    warn: (message) => warnings.push(message),
  })
  return {
    ruler,
    warnings,
    posted,
    set: (to) => {
      now = to
    },
    async forward(minutes) {
      for (let i = 0; i < minutes; i++) {
        now += MINUTE
        await ruler.tick()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

function groupsOf(ruler: Ruler, tenant = 'fake') {
  return JSON.parse(ruler.rules(tenant, NO_FILTER)).data.groups
}

test('an alert is unknown, pending, firing; a record shows its latest series', async () => {
  const { ruler, forward } = setUp(folder({ 'a.yaml': RULES }))
  await ruler.tick()
  const [before] = groupsOf(ruler)
  assert.equal(before.rules[0].state, 'unknown')
  assert.equal(before.rules[0].lastEvaluation, '0001-01-01T00:00:00Z')
  assert.equal(before.interval, 60)
  const states: string[] = []
  for (let i = 0; i < 4; i++) {
    await forward(1)
    states.push(groupsOf(ruler)[0].rules[0].state)
  }
  assert.deepEqual(states, ['pending', 'pending', 'firing', 'firing'])
  const [group] = groupsOf(ruler)
  assert.deepEqual(group.rules[0].alerts, [
    {
      labels: { alertname: 'Always', severity: 'page' },
      annotations: { text: 'is 1' },
      state: 'firing',
      activeAt: '2026-01-01T00:01:00Z',
      value: '1e+00',
    },
  ])
  assert.equal(group.rules[1].health, 'ok')
  assert.deepEqual(group.rules[1].samples, [{ metric: { __name__: 'a:b', team: 'x' }, value: '5e+00' }])
  assert.deepEqual(JSON.parse(ruler.alerts('fake')).data.alerts, group.rules[0].alerts)
  assert.deepEqual(JSON.parse(ruler.alerts('other')).data.alerts, [])
})

test('a changed file is read again and keeps the state of what it still says; a broken one stays as it was', async () => {
  const directory = folder({ 'a.yaml': RULES })
  const { ruler, forward, warnings } = setUp(directory)
  await ruler.tick()
  await forward(3)
  writeFileSync(join(directory, 'a.yaml'), RULES.replace('is {{', 'now is {{'))
  await forward(1)
  const [alert] = groupsOf(ruler)[0].rules[0].alerts
  assert.equal(alert.state, 'firing')
  assert.equal(alert.activeAt, '2026-01-01T00:01:00Z')
  assert.equal(alert.annotations.text, 'now is 1')
  writeFileSync(join(directory, 'a.yaml'), 'groups: [{ name: g, rules: [{ alert: A, expr: "sum(" }] }]')
  await forward(2)
  assert.equal(groupsOf(ruler)[0].rules[0].name, 'Always')
  assert.match(
    warnings.join('\n'),
    /a\.yaml:1: group "g", rule 1, "A": could not parse expression for alert 'A' in group 'g': parse error at line 1/,
  )
  assert.match(warnings.join('\n'), /what it said before stays in force/)
  assert.equal(warnings.length, 2, 'said once')
  rmSync(join(directory, 'a.yaml'))
  await forward(1)
  assert.deepEqual(groupsOf(ruler), [])
})

test('folders are tenants; hidden files and others than YAML in the folder itself are none', async () => {
  const one = RULES.replace('name: g', 'name: one')
  const directory = folder({
    'a.yaml': RULES,
    'README.md': 'x',
    '.b.yaml': 'x',
    'a.test.yaml': 'tests: []',
    'team/rules': one,
    'team/.hidden': 'x',
  })
  const { ruler, warnings } = setUp(directory)
  await ruler.tick()
  assert.deepEqual(
    groupsOf(ruler).map((group: { name: string }) => group.name),
    ['g'],
  )
  assert.deepEqual(
    groupsOf(ruler, 'team').map((group: { file: string; name: string }) => `${group.file} ${group.name}`),
    ['rules one'],
  )
  assert.deepEqual(warnings, [])
})

test('a rule over its group’s limit fails and says so', async () => {
  const rules = `
groups:
  - name: g
    limit: 1
    rules:
      - { alert: A, expr: 'label_replace(vector(1), "a", "1", "", "") or label_replace(vector(1), "a", "2", "", "")' }
      - { record: 'r', expr: 'label_replace(vector(1), "a", "1", "", "") or label_replace(vector(1), "a", "2", "", "")' }
      - { alert: Same, expr: 'label_replace(vector(1), "a", "1", "", "") or label_replace(vector(1), "a", "2", "", "")', labels: { a: x } }
`
  const { ruler, forward } = setUp(folder({ 'a.yaml': rules }))
  await forward(2)
  const errors = groupsOf(ruler)[0].rules.map(
    (rule: { health: string; lastError: string }) => `${rule.health} ${rule.lastError}`,
  )
  assert.deepEqual(errors, [
    'err exceeded limit of 1 with 2 alerts',
    'err exceeded limit of 1 with 2 series',
    'err vector contains metrics with the same labelset after applying alert labels',
  ])
})

const UP_FOR_TWO = `
groups:
  - name: g
    rules:
      - { alert: Fired, expr: 'vector(1) > 0', annotations: { a: b } }
`

test('Alertmanagers are told at once, again after the resend delay, and when it is over', async () => {
  const directory = folder({ 'a.yaml': UP_FOR_TWO })
  const urls = ['http://user:pa%20ss@am:9093/prefix/']
  const { ruler, forward, posted } = setUp(directory, {
    urls,
    resendDelayMs: 2 * MINUTE,
    externalLabels: new Map([['cluster', 'eu']]),
    externalUrl: 'https://grafana.example',
    datasourceUid: 'uid',
  })
  await ruler.tick()
  await forward(4)
  assert.equal(posted.length, 2, 'the first minute, and the fourth')
  const [first] = posted
  assert.equal(first!.url, 'http://am:9093/prefix/api/v2/alerts')
  assert.deepEqual(first!.headers, {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from('user:pa ss').toString('base64')}`,
  })
  assert.deepEqual(first!.body, [
    {
      labels: { alertname: 'Fired', cluster: 'eu' },
      annotations: { a: 'b' },
      startsAt: '2026-01-01T00:01:00.000Z',
      endsAt: '2026-01-01T00:09:00.000Z',
      generatorURL:
        'https://grafana.example/explore?left=%7B%22queries%22%3A%5B%7B%22expr%22%3A%22%28vector%281.000000%29+%5Cu003e+0%29%22%2C%22queryType%22%3A%22range%22%2C%22datasource%22%3A%7B%22type%22%3A%22loki%22%2C%22uid%22%3A%22uid%22%7D%7D%5D%7D',
    },
  ])
  writeFileSync(join(directory, 'a.yaml'), UP_FOR_TWO.replace('> 0', '> 1'))
  await forward(1)
  const [resolved] = posted.at(-1)!.body as { endsAt: string }[]
  assert.equal(posted.length, 3)
  assert.equal(resolved!.endsAt, '2026-01-01T00:05:00.000Z')
  await ruler.stop()
})

test('an Alertmanager that refuses or is not there is reported once', async () => {
  for (const [status, words] of [
    [503, /alertmanager http:\/\/am:9093\/: answers 503 no; 1 alerts not delivered/],
    [0, /alertmanager http:\/\/am:9093\/: fetch failed \(ECONNREFUSED\)/],
  ] as const) {
    const { forward, posted, warnings } = setUp(folder({ 'a.yaml': UP_FOR_TWO }), { urls: ['http://am:9093'] }, status)
    await forward(5)
    assert.ok(posted.length > 1)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, words)
  }
})

test('after a start, a long `for` goes on where it was, and a short one waits', async () => {
  const rules = RULES.replace('for: 2m', 'for: 15m').replace(
    '- record',
    '- { alert: Short, expr: vector(1), for: 2m }\n      - record',
  )
  const directory = folder({ 'a.yaml': rules })
  const { ruler, forward } = setUp(directory)
  await ruler.tick()
  const states = () =>
    groupsOf(ruler)[0]
      .rules.slice(0, 2)
      .map(({ state }: { state: string }) => state)
  await forward(1)
  assert.deepEqual(states(), ['pending', 'pending'])
  await forward(1)
  assert.deepEqual(states(), ['firing', 'pending'])
  assert.equal(groupsOf(ruler)[0].rules[0].alerts[0].activeAt, '2025-12-31T23:46:00Z')
  await forward(1)
  assert.deepEqual(states(), ['firing', 'firing'])
})

test('evaluations that were missed are left out', async () => {
  const { ruler, set, forward } = setUp(folder({ 'a.yaml': RULES }))
  await ruler.tick()
  await forward(1)
  set(START + 60 * MINUTE + 1)
  await ruler.tick()
  await ruler.tick()
  assert.ok(ruler.nextTick() > START + 60 * MINUTE)
  assert.ok(ruler.nextTick() <= START + 61 * MINUTE)
})

test('started, it evaluates at each group’s own pace, whatever the pace of looking at files', async () => {
  const directory = folder({ 'a.yaml': RULES.replace('name: g', 'name: g\n    interval: 20ms') })
  const ruler = createRuler({
    settings: { ...DEFAULT_RULER, directory, pollIntervalMs: 10 * MINUTE },
    limits: DEFAULT_LIMITS,
    findTenant: createTenant,
    rootTenant: 'fake',
    now: Date.now,
    warn: (message) => assert.fail(message),
  })
  ruler.start()
  const seen = new Set<string>()
  const keepAlive = setInterval(() => {}, 1000)
  while (seen.size < 5) {
    seen.add(groupsOf(ruler)[0].lastEvaluation)
    await new Promise((resolve) => setImmediate(resolve))
  }
  clearInterval(keepAlive)
  await ruler.stop()
})

test('the API: rules, alerts and groups as Loki answers them', async (t) => {
  const directory = folder({ 'a.yaml': RULES, 'b.yaml': RULES })
  const settings = { ...DEFAULT_SETTINGS, ruler: { ...DEFAULT_RULER, directory } }
  const server = createServer({ port: 0, data: 'memory', settings })
  const { url } = await server.listen()
  t.after(() => server.close())
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init)
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
  const rules = async (query: string) => JSON.parse((await get(`/prometheus/api/v1/rules${query}`)).text).data.groups
  const names = (groups: { file: string; rules: { name: string }[] }[]) =>
    groups.map(({ file, rules: list }) => `${file}: ${list.map(({ name }) => name).join(' ')}`)
  assert.deepEqual(names(await rules('')), ['a.yaml: Always a:b', 'b.yaml: Always a:b'])
  assert.deepEqual(names(await rules('?type=Alert&file=a.yaml')), ['a.yaml: Always'])
  assert.deepEqual(names(await rules('?type=record&file=a.yaml&file=b.yaml')), ['a.yaml: a:b', 'b.yaml: a:b'])
  assert.deepEqual(names(await rules('?rule_name=Always&rule_group=g&file=b.yaml')), ['b.yaml: Always'])
  assert.deepEqual(await rules('?rule_name=nothing'), [])
  assert.deepEqual(await get('/prometheus/api/v1/rules?type=x'), {
    status: 400,
    type: 'text/plain; charset=utf-8',
    text: '{"status":"error","data":null,"errorType":"bad_data","error":"not supported value \\"x\\""}',
  })
  assert.deepEqual(await get('/prometheus/api/v1/alerts'), {
    status: 200,
    type: 'application/json',
    text: '{"status":"success","data":{"alerts":[]},"errorType":"","error":""}',
  })
  for (const path of [
    '/loki/api/v1/rules/a.yaml',
    '/api/prom/rules/a.yaml',
    '/loki/api/v1/rules?labels=severity:page',
  ]) {
    const { status, type, text } = await get(path)
    assert.equal(status, 200)
    assert.equal(type, 'application/yaml')
    assert.match(
      text,
      /^a\.yaml:\n {4}- name: g\n {6}rules:\n {8}- alert: Always\n {10}expr: vector\(1\)\n {10}for: 2m\n/,
    )
  }
  const answers = [
    ['GET', '/loki/api/v1/rules/none', 400, /: no such file or directory\n$/],
    ['GET', '/loki/api/v1/rules/a.yaml/g', 400, /^GetRuleGroup unsupported in rule local store\n$/],
    ['DELETE', '/loki/api/v1/rules/a.yaml', 500, /"error":"DeleteNamespace unsupported in rule local store"}$/],
    ['DELETE', '/api/prom/rules/a.yaml/g', 500, /"error":"DeleteRuleGroup unsupported in rule local store"}$/],
    ['POST', '/loki/api/v1/rules', 405, /./],
  ] as const
  for (const [method, path, status, words] of answers) {
    const answer = await get(path, { method })
    assert.equal(answer.status, status, path)
    assert.match(answer.text, words)
  }
  const post = (body: string) => get('/loki/api/v1/rules/x', { method: 'POST', body })
  assert.deepEqual((await post('name: x\nrules: []')).text, 'SetRuleGroup unsupported in rule local store\n')
  assert.deepEqual((await post('rules: []')).text, 'group 0: Groupname must not be empty\n')
})

test('Loki’s `ruler:` block is read, and what cannot be used is refused', () => {
  const { settings, warning } = readLokiConfig(
    `ruler:
  enable_api: true
  evaluation_interval: 30s
  poll_interval: 5s
  storage: { type: local, local: { directory: /rules } }
  alertmanager_url: http://a:9093, https://b/prefix
  external_url: https://grafana.example/
  datasource_uid: loki
  external_labels: { cluster: eu, shard: 1 }
  notification_timeout: 3s
  notification_queue_capacity: 5
  resend_delay: 2m
  for_grace_period: 5m
  sharding_strategy: default
`,
    'loki.yaml',
  )
  assert.deepEqual(settings.ruler, {
    directory: '/rules',
    evaluationIntervalMs: 30_000,
    pollIntervalMs: 5000,
    resendDelayMs: 120_000,
    gracePeriodMs: 300_000,
    urls: ['http://a:9093', 'https://b/prefix'],
    queueCapacity: 5,
    timeoutMs: 3000,
    externalLabels: new Map([
      ['cluster', 'eu'],
      ['shard', '1'],
    ]),
    externalUrl: 'https://grafana.example',
    datasourceUid: 'loki',
  })
  assert.match(warning ?? '', /ruler\.sharding_strategy/)
  const wrong = [
    ['ruler: { alertmanager_url: am:9093 }', /loki\.yaml: ruler\.alertmanager_url must be a URL such as/],
    ['ruler: { evaluation_interval: 0s }', /ruler\.evaluation_interval must be at least 1s/],
    ['ruler: { storage: { type: s3 } }', /ruler\.storage\.type must be "local"/],
    ['ruler: { external_labels: [a] }', /ruler\.external_labels must be a mapping/],
  ] as const
  for (const [text, words] of wrong) assert.throws(() => readLokiConfig(text, 'loki.yaml'), words)
})
