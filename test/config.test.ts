import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { VARIABLES } from '../shipper/config/environment.ts'
import { schema } from '../shipper/config/validate.ts'
import { describeConfig, loadConfig } from '../shipper/config.ts'
import { LongshipError } from '../shipper/errors.ts'

const load = (yaml: string, env: Record<string, string> = {}, flags: Record<string, unknown> = {}) =>
  loadConfig({ path: 'l.yaml', env, flags, knownFormats: ['pino', 'nginx'], readFile: () => yaml })

function problemsOf(yaml: string, env: Record<string, string> = {}): string[] {
  try {
    load(yaml, env)
  } catch (error) {
    assert.ok(error instanceof LongshipError && error.code === 'config')
    return error.message.split('\n')
  }
  return []
}

test('defaults, units, frozen', () => {
  const config = loadConfig()
  assert.equal(config.loki.url, 'http://127.0.0.1:3100')
  assert.equal(config.batch.max_bytes, 1024 ** 2)
  assert.equal(config.push.retry.give_up_after_ms, undefined)
  assert.deepEqual(config.telemetry.listen, { host: '127.0.0.1', port: 9080 })
  assert.ok(Object.isFrozen(config.push.retry))
  const own = load(
    'batch: { max_bytes: 512KiB, max_wait: 1m30s }\nsources: [{ path: a.log }]\ntelemetry: { listen: off }',
  )
  assert.equal(own.batch.max_bytes, 524_288)
  assert.equal(own.batch.max_wait_ms, 90_000)
  assert.deepEqual(own.sources[0].path, ['a.log'])
  assert.equal(own.sources[0].from, 'start')
  assert.equal(own.telemetry.listen, undefined)
})

test('flags before environment before file before defaults', () => {
  const yaml = 'loki: { url: http://file, tenant: file }\ntimezone: Asia/Tokyo'
  const config = load(
    yaml,
    { LOKI_URL: 'http://env', LOKI_TENANT_ID: 'env' },
    { loki: { tenant: 'flag', url: undefined } },
  )
  assert.equal(config.loki.url, 'http://env')
  assert.equal(config.loki.tenant, 'flag')
  assert.equal(config.timezone, 'Asia/Tokyo')
})

test('all that is wrong, with its place, what was got and what is meant', () => {
  const yaml =
    'loki:\n  tennant: x\nsources:\n  - { path: a, format: pino }\n  - path: b\n    format: ngnix\ntimezone: UTC'
  assert.deepEqual(problemsOf(yaml), [
    'l.yaml:2:3: loki has no key "tennant". Known: url, tenant, basic_auth, bearer_token, bearer_token_file, tls, timeout, headers. Did you mean "tenant"?',
    'l.yaml:6:5: sources[1].format must not be "ngnix". Known: auto, pino, nginx. Did you mean "nginx"?',
  ])
  assert.match(problemsOf('timezone: Europe/Berln')[0], /^l\.yaml:1:1: timezone .* Did you mean "Europe\/Berlin"\?$/)
  assert.match(problemsOf('a: [1\nb: 2')[0], /^l\.yaml:\d+:\d+: /)
  assert.match(problemsOf('{}', { LOKI_URL: 'ftp://x' })[0], /^environment LOKI_URL: loki\.url must be /)
})

test('variables in values', () => {
  const yaml = 'loki: { tenant: "${TENANT}-${X:-x}", headers: { a: "$${A}" } }\nbatch: { max_entries: "${N:-7}" }'
  const config = load(yaml, { TENANT: 't' })
  assert.equal(config.loki.tenant, 't-x')
  assert.equal(config.loki.headers['a'], '${A}')
  assert.equal(config.batch.max_entries, 7)
  assert.match(problemsOf('loki: { tenant: "${NOPE}" }')[0], /^l\.yaml:1:17: .*NOPE is not set/)
})

test('secrets are in no message and not in the printed configuration', () => {
  const wrong =
    'loki: { url: "http://bob:hunter2@h", basic_auth: { password: hunter2 }, timeout: 1x, bearer_token: [hunter2] }'
  assert.ok(!problemsOf(wrong).join().includes('hunter2'))
  const config = load('loki: { url: "http://bob:hunter2@h/loki/api/v1/push", headers: { X-Key: hunter2 } }')
  assert.equal(config.loki.url, 'http://h')
  assert.deepEqual(config.loki.basic_auth, { username: 'bob', password: 'hunter2' })
  assert.ok(!describeConfig(config).includes('hunter2'))
})

test('docs/configuration.md names every key and variable', () => {
  const text = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')
  for (const key of keysOf(schema as Node)) assert.ok(text.includes(`| \`${key}\` |`), key)
  for (const [variable] of VARIABLES) assert.ok(text.includes(`\`${variable}\``), variable)
})

type Node = { properties?: Record<string, Node>; items?: Node; $ref?: string }

/** `#/definitions/rule` → what stands there. */
function resolved(node: Node): Node {
  const definitions = (schema as { definitions: Record<string, Node> }).definitions
  return node.$ref === undefined ? node : definitions[node.$ref.replace(/^.*\//, '')]
}

function keysOf(node: Node, prefix = ''): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const key = prefix + name
    if (member.properties !== undefined) return keysOf(member, `${key}.`)
    const items = member.items && resolved(member.items)
    return items?.properties === undefined ? [key] : keysOf(items, `${key}[].`)
  })
}

test('inputs: off unless given; what is open to others needs a token', () => {
  assert.deepEqual(loadConfig().inputs, { syslog: undefined, push: undefined, docker: undefined })
  const { inputs, spool } = load(
    'inputs: { syslog: { udp: ":514" }, push: { listen: "[::1]:3500", max_body_bytes: 1MiB } }',
  )
  assert.deepEqual(inputs.syslog?.udp, { host: '0.0.0.0', port: 514 })
  assert.equal(inputs.syslog?.tcp, undefined)
  assert.equal(inputs.syslog?.idle_timeout_ms, 600_000)
  assert.deepEqual(inputs.push?.listen, { host: '::1', port: 3500 })
  assert.equal(inputs.push?.max_unpacked_bytes, 4 * 1024 ** 2)
  assert.equal(spool.max_bytes, 512 * 1024 ** 2)
  const problems = problemsOf(
    'inputs: { syslog: { max_message_bytes: 2MiB }, push: { listen: "0.0.0.0:3500" } }\nspool: { max_bytes: 1MiB }',
  )
  assert.match(problems[0], /inputs\.syslog needs "tcp" or "udp"/)
  assert.match(problems[1], /inputs\.syslog\.max_message_bytes must be at most 1MiB, got "2MiB"/)
  assert.match(problems[2], /inputs\.push\.listen is "0\.0\.0\.0:3500", open to others: give bearer_token/)
  assert.match(problems[3], /spool\.max_bytes must be at least 16MiB/)
  assert.match(problemsOf('inputs: { push: { listen: "3500" } }')[0], /must be an address: .*got "3500"/)
  assert.match(
    problemsOf('inputs: { push: { listen: ":1", bearer_token: s, bearer_token_file: f } }')[0],
    /exclude each other/,
  )
  assert.doesNotMatch(describeConfig(load('inputs: { push: { listen: ":1", bearer_token: hush } }')), /hush/)
})

test('scan: off unless given; what guards it is not open to others', () => {
  assert.equal(loadConfig().scan, undefined)
  assert.deepEqual(loadConfig().admin.listen, { host: '127.0.0.1', port: 9081 })
  const { scan } = load('scan: { rules: [{ name: oom, pattern: "(" }], patterns: {}, targets: { allow_private: all } }')
  // A pattern that does not compile is the scanner's to show, not a reason not to start.
  assert.deepEqual(scan?.rules, [
    { name: 'oom', pattern: '(', severity: 'warn', streams: 'both', on: 'message', cooldown: '1m', enabled: true },
  ])
  assert.equal(scan?.patterns?.settle_ms, 300_000)
  assert.deepEqual(scan?.targets.allow_private, ['all'])
  assert.equal(load('scan: {}').scan?.patterns, undefined)
  const problems = problemsOf('scan: { events: { max_bytes: 1KiB }, triggers: [{ kind: fax }] }')
  assert.match(
    problems.join('\n'),
    /scan\.triggers\[0\] needs "name"[\s\S]*scan\.triggers\[0\]\.kind must not be "fax"/,
  )
  assert.match(problemsOf('admin: { listen: "0.0.0.0:9081" }')[0], /open to others: give bearer_token/)
  assert.match(problemsOf('admin: { bearer_token: short }')[0], /admin\.bearer_token must have at least 16/)
  // A header could not say them, so that nobody would come in.
  for (const token of ['correct horse battery staple', 'p\u00e4ssw\u00f6rter-sind-lang']) {
    const [problem] = problemsOf(`admin: { bearer_token: ${JSON.stringify(token)} }`)
    assert.match(problem!, /admin\.bearer_token must be letters, digits and signs, without spaces\.$/)
  }
  const secrets = 'scan: { triggers: [{ name: t, url: "https://h/hush", secret: hush, headers: { A: hush } }] }'
  assert.doesNotMatch(describeConfig(load(secrets)), /hush/)
})

test('kubernetes: off unless asked for; address and node from the environment of a pod', () => {
  assert.equal(loadConfig().kubernetes, undefined)
  const pod = { NODE_NAME: 'node-1', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' }
  assert.equal(load('kubernetes: { labels: [team] }', pod).kubernetes, undefined)
  const { kubernetes } = load('kubernetes: { pods: true, labels: [team, app.kubernetes.io/version] }', pod)
  assert.deepEqual(kubernetes, {
    api: 'https://[fd00::1]:6443',
    node: 'node-1',
    labels: [
      { label: 'team', field: 'label_team' },
      { label: 'app.kubernetes.io/version', field: 'label_app_kubernetes_io_version' },
    ],
    token_file: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    ca_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
  })
  const own = load('kubernetes: { pods: true, node: n, api: "http://127.0.0.1:8001/" }', pod).kubernetes
  assert.deepEqual([own?.api, own?.node], ['http://127.0.0.1:8001', 'n'])
  const [node, api] = problemsOf('kubernetes: { pods: true }')
  assert.match(node, /^l\.yaml:1:15: kubernetes\.pods needs the node: .*NODE_NAME/)
  assert.match(api, /kubernetes\.pods needs the API: .*KUBERNETES_SERVICE_HOST/)
  assert.match(problemsOf('kubernetes: { pods: true, api: "http://api:80" }', pod)[0], /must be https:.* a token goes/)
  assert.match(problemsOf('kubernetes: { pods: true, api: "no url" }', pod)[0], /cannot be read as a URL/)
  assert.match(problemsOf('kubernetes: { pods: true, labels: [a.b, a-b] }', pod)[0], /a\.b and a-b would be one field/)
  assert.match(problemsOf('kubernetes: { labels: ["{x}"] }')[0], /must be the name of a label/)
})
