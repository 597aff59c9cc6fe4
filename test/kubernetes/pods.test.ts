/** Pods of a node from an API that is played: over TLS, with tokens that rotate, in pages, and in the ways in which it fails. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { podsApi } from '../../shipper/kubernetes/api.ts'
import { MAX_PODS, Pods, type PodsOptions } from '../../shipper/kubernetes/pods.ts'
import { until } from '../faults/harness.ts'
import { deployed, type FakeApi, startApi } from './fake.ts'

const UID = '0b5a1c2d-3e4f-5061-7283-94a5b6c7d8e9'
const fileOf = (namespace: string, pod: string, container = 'nginx') =>
  `/var/log/pods/${namespace}_${pod}_${UID}/${container}/0.log`
const WEB = fileOf('shop', 'web-7d4b9c6f5-x2x9z')
const TEAM = { label: 'team', field: 'label_team' }

class Run {
  readonly told: string[] = []
  readonly pods: Pods
  readonly stop = new AbortController()
  private readonly running: Promise<void>

  constructor(t: TestContext, api: FakeApi, options: Partial<PodsOptions> = {}) {
    const tell = (message: string) => void this.told.push(message)
    this.pods = new Pods({ api: podsApi(api.options), labels: [TEAM], tell, everyMs: 40, apartMs: 20, ...options })
    this.running = this.pods.run(this.stop.signal)
    t.after(() => this.close())
  }

  /** Meets a file that was made just now. How long that took, in milliseconds. */
  async meet(path: string, bornAt = Date.now()): Promise<number> {
    const from = performance.now()
    await this.pods.meet(path, bornAt, this.stop.signal)
    return performance.now() - from
  }

  fields(path: string): Record<string, string> {
    const { service, fields } = this.pods.containerOf(path) ?? { service: 'none', fields: new Map() }
    return { service, ...Object.fromEntries(fields) }
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.running
  }
}

const PATH_ONLY = { service: 'nginx', namespace: 'shop', pod: 'web-7d4b9c6f5-x2x9z', container: 'nginx' }

test('a pod of the first list: owner, allowed labels, service; asked for its node alone', async (t) => {
  const api = await startApi(t)
  api.pods = [
    deployed('shop', 'web', { app: 'old', 'app.kubernetes.io/name': 'storefront', team: 'blue', secret: 'x' }),
  ]
  const run = new Run(t, api)
  await run.meet(WEB, 0)
  const all = { ...PATH_ONLY, service: 'storefront', owner: 'web', label_team: 'blue' }
  assert.deepEqual(run.fields(WEB), all)
  const link = `/var/log/containers/web-7d4b9c6f5-x2x9z_shop_nginx-${'ab'.repeat(32)}.log`
  assert.deepEqual(run.fields(link), all)
  assert.deepEqual(run.pods.containerOf('/var/log/syslog'), undefined)
  const { query } = api.asked[0]!
  assert.deepEqual(Object.fromEntries(query), {
    fieldSelector: 'spec.nodeName=node-1',
    limit: '500',
    resourceVersion: '0',
  })
})

test('a pod that comes later is asked for at once, and waited for', async (t) => {
  const api = await startApi(t)
  const run = new Run(t, api, { everyMs: 600_000 })
  await run.meet(WEB, 0)
  assert.deepEqual(run.fields(WEB), PATH_ONLY)
  assert.equal(api.asked.length, 1)
  api.pods = [deployed('shop', 'web')]
  await run.meet(WEB, Date.now() + 1)
  assert.equal(run.fields(WEB)['owner'], 'web')
  assert.equal(api.asked.length, 2)
})

test('a file older than the list, of a pod that is gone, waits for nothing', async (t) => {
  const api = await startApi(t)
  const run = new Run(t, api, { everyMs: 600_000, apartMs: 600_000 })
  const bornAt = Date.now() - 60_000
  await run.meet(WEB, bornAt)
  for (let i = 0; i < 100; i++) assert.ok((await run.meet(fileOf('shop', `gone-${i}`), bornAt)) < 500)
  assert.equal(api.asked.length, 1)
})

test('unknown pods in a crowd: lists keep their distance', async (t) => {
  const api = await startApi(t)
  const run = new Run(t, api, { everyMs: 600_000, apartMs: 200 })
  for (let i = 0; i < 6; i++) await run.meet(fileOf('shop', `new-${i}`), Date.now() + 1)
  for (const [i, { at }] of api.asked.entries()) {
    if (i > 0) assert.ok(at - api.asked[i - 1]!.at >= 190, `${i}`)
  }
  assert.ok(api.asked.length >= 6)
})

test('token and certificate authority rotate', async (t) => {
  const api = await startApi(t)
  const run = new Run(t, api)
  await until(() => api.asked.length > 0, 'a list', 30_000)
  api.rotate('second')
  await until(() => api.asked.some(({ token }) => token === 'second'), 'the new token', 30_000)
  const { port } = api
  await api.stop()
  await until(() => run.told.length === 1, 'a failure that is told', 30_000)
  api.pods = [deployed('shop', 'web')]
  await api.listen(port)
  await until(() => run.fields(WEB)['owner'] === 'web', 'the new certificate', 30_000)
  assert.match(
    run.told.join('\n'),
    /^the Kubernetes API cannot be asked for pods: .*(ECONNREFUSED|socket|ECONNRESET).*; records have what paths say$/,
  )
})

test('a certificate that the authority has not signed is not talked to', async (t) => {
  const [api, other] = [await startApi(t), await startApi(t)]
  api.pods = [deployed('shop', 'web')]
  const run = new Run(t, api, { api: podsApi({ ...api.options, caFile: other.caFile }) })
  await until(() => run.told.length > 0, 'a failure', 30_000)
  assert.match(run.told[0]!, /self-signed certificate|unable to verify/)
  assert.equal(api.asked.length, 0)
})

for (const [fault, message] of [
  [401, /it answered 401: the token is not taken/],
  [403, /it answered 403: the service account may not list pods: it needs a ClusterRole/],
  [500, /it answered 500;/],
  [410, /it answered 410;/],
  ['text', /JSON/],
] as const) {
  test(`${fault}: told once, nothing waits, what is known stays, and it comes back`, async (t) => {
    const api = await startApi(t)
    api.pods = [deployed('shop', 'web')]
    const run = new Run(t, api)
    await run.meet(WEB, 0)
    api.fault = fault
    await until(() => run.told.length > 0, 'a failure', 30_000)
    const asked = api.asked.length
    await until(() => api.asked.length > asked + 3, 'more failures', 30_000)
    assert.equal(run.told.length, 1)
    assert.match(run.told[0]!, message)
    assert.doesNotMatch(run.told[0]!, /first/, 'the token')
    assert.ok((await run.meet(fileOf('shop', 'new'))) < 500)
    assert.equal(run.fields(WEB)['owner'], 'web')
    api.fault = undefined
    api.pods.push({ namespace: 'shop', name: 'new', labels: { app: 'fresh' } })
    await until(() => run.fields(fileOf('shop', 'new'))['service'] === 'fresh', 'its return', 30_000)
    api.fault = fault
    await until(() => run.told.length === 2, 'the second failure', 30_000)
  })
}

for (const fault of ['hang', 'half'] as const) {
  test(`${fault}: the first file waits its time, the others nothing, and closing does not`, async (t) => {
    const api = await startApi(t)
    api.fault = fault
    const run = new Run(t, api, { waitMs: 150 })
    const first = await run.meet(WEB)
    assert.ok(first >= 140 && first < 2000, `${first}`)
    for (let i = 0; i < 50; i++) await run.meet(fileOf('shop', `web-${i}`))
    assert.ok((await run.meet(WEB)) < 100)
    assert.deepEqual(run.fields(WEB), PATH_ONLY)
    const from = performance.now()
    await run.close()
    assert.ok(performance.now() - from < 1000)
    assert.deepEqual(run.told, [])
  })
}

test('no token: told, and no request is made', async (t) => {
  const api = await startApi(t)
  const run = new Run(t, api, { api: podsApi({ ...api.options, tokenFile: '/nowhere/token' }) })
  await until(() => run.told.length > 0, 'a failure', 30_000)
  assert.match(run.told[0]!, /kubernetes\.token_file cannot be read: ENOENT/)
  assert.equal(api.asked.length, 0)
})

test('a token that no header can hold is not shown', async (t) => {
  const api = await startApi(t)
  writeFileSync(api.tokenFile, 'hush\nhush')
  const run = new Run(t, api)
  await until(() => run.told.length > 0, 'a failure', 30_000)
  assert.match(run.told[0]!, /Invalid character in header/)
  assert.doesNotMatch(run.told[0]!, /hush/)
})

test('an answer without an end is cut off', async (t) => {
  const api = await startApi(t)
  api.fault = 'huge'
  const run = new Run(t, api)
  await until(() => run.told.length > 0, 'a failure', 20_000)
  assert.match(run.told[0]!, /an answer of more than 33554432 bytes/)
})

test('a pod that is gone is known for a while, then forgotten', async (t) => {
  const api = await startApi(t)
  let now = Date.now()
  const run = new Run(t, api, { now: () => now })
  api.pods = [deployed('shop', 'web')]
  await until(() => run.pods.size === 1, 'the pod', 30_000)
  api.pods = []
  now += 4 * 60_000
  const asked = api.asked.length
  await until(() => api.asked.length > asked + 2, 'lists without it', 30_000)
  assert.equal(run.fields(WEB)['owner'], 'web')
  now += 2 * 60_000
  await until(() => run.pods.size === 0, 'forgetting', 30_000)
  assert.deepEqual(run.fields(WEB), PATH_ONLY)
})

test('more pods than a node has: pages, and an end to what is kept', async (t) => {
  const api = await startApi(t)
  api.pods = Array.from({ length: MAX_PODS + 700 }, (_, i) => ({
    namespace: 'shop',
    name: `p-${i}`,
    labels: { app: `a-${i}` },
  }))
  const run = new Run(t, api, { everyMs: 600_000 })
  await until(() => run.pods.size > 0, 'the list', 20_000)
  assert.equal(run.pods.size, MAX_PODS)
  assert.equal(run.fields(fileOf('shop', 'p-9999'))['service'], 'a-9999')
  assert.equal(run.fields(fileOf('shop', 'p-10000'))['service'], 'nginx')
  assert.deepEqual([...api.asked[1]!.query.keys()].sort(), ['continue', 'fieldSelector', 'limit'])
})

test('a server that always has one more page is left', async (t) => {
  const api = await startApi(t)
  api.fault = 'endless pages'
  api.pods = [deployed('shop', 'web')]
  const run = new Run(t, api, { everyMs: 600_000 })
  await until(() => run.pods.size === 1, 'the list', 20_000)
  assert.equal(api.asked.length, 100)
})
