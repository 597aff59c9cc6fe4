/** `ship` and `doctor` beside a played Kubernetes API: what records of pods' files have, known or not. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { run as runDoctor } from '../../shipper/commands/doctor.ts'
import { Longship, Place, shipOnce, until } from '../faults/harness.ts'
import { type LokiDouble, startDouble } from '../loki-double/double.ts'
import { deployed, type FakeApi, startApi } from './fake.ts'

const UID = '0b5a1c2d-3e4f-5061-7283-94a5b6c7d8e9'
const WEB = 'web-7d4b9c6f5-x2x9z'

function say(place: Place, pod: string, container: string, text: string): void {
  const path = place.path(`pods/shop_${pod}_${UID}/${container}/0.log`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${new Date().toISOString()} stdout F ${text}\n`)
}

function configure(place: Place, { options }: FakeApi, more: Record<string, unknown> = {}): string {
  const { url: api, node, tokenFile: token_file, caFile: ca_file } = options
  return place.config({
    sources: [{ path: place.path('pods/*/*/*.log') }],
    kubernetes: { pods: true, labels: ['team', 'level'], api, node, token_file, ca_file },
    positions: { every: '50ms' },
    batch: { max_wait: '50ms' },
    ...more,
  })
}

/** The one record that says `text`: its stream's labels, and its line. */
function recordOf({ stored }: LokiDouble, text: string): { stream: string; line: Record<string, unknown> } {
  const found = stored.filter(({ line }) => line.includes(text))
  assert.equal(found.length, 1, text)
  return { stream: found[0]!.stream, line: JSON.parse(found[0]!.line) }
}

test('following: known at the start, a pod that comes later, one that nobody knows', async (t) => {
  const [api, loki, place] = [await startApi(t), await startDouble(), new Place()]
  t.after(() => loki.close())
  api.pods = [deployed('shop', 'web', { 'app.kubernetes.io/name': 'storefront', team: 'blue', level: 'fatal' })]
  say(place, WEB, 'nginx', 'first words')
  say(place, 'gone', 'sh', 'last words')
  const positions = place.path('positions.json')
  const longship = new Longship(
    ['ship', '--to', loki.url, '--config', configure(place, api), '--positions', positions],
    { place },
  )
  await until(() => loki.stored.length === 2, 'two records', 20_000)
  const { stream, line } = recordOf(loki, 'first words')
  const { service, namespace, pod, container, owner, label_team, label_level } = line
  assert.deepEqual([service, namespace, pod, container], ['storefront', 'shop', WEB, 'nginx'])
  assert.deepEqual([owner, label_team, label_level, line['level']], ['web', 'blue', 'fatal', 'unknown'])
  assert.match(stream, /service="?storefront/)
  assert.doesNotMatch(stream, /owner|label_|team|fatal/)
  const gone = recordOf(loki, 'last words')
  assert.deepEqual([gone.line['service'], gone.line['pod'], gone.line['owner']], ['sh', 'gone', undefined])
  api.pods = [...api.pods, { namespace: 'shop', name: 'db-0', owners: [{ kind: 'StatefulSet', name: 'db' }] }]
  say(place, 'db-0', 'postgres', 'ready')
  await until(() => loki.stored.length === 3, 'the new pod', 20_000)
  assert.equal(recordOf(loki, 'ready').line['owner'], 'db')
  assert.equal(await longship.stop(), 0, longship.stderr)
  assert.doesNotMatch(longship.stderr, /Kubernetes API/)
})

test('an API that refuses: told once, everything is delivered with what the paths say, and it ends', async (t) => {
  const [api, loki, place] = [await startApi(t), await startDouble(), new Place()]
  t.after(() => loki.close())
  api.fault = 403
  for (let i = 0; i < 20; i++) say(place, `p-${i}`, 'sh', `words of ${i}.`)
  const { code, summary } = await shipOnce(place, loki.url, ['--config', configure(place, api)])
  // With --once what went wrong is said at the end: these records will not get what they lack.
  assert.equal(code, 1, JSON.stringify(summary))
  assert.deepEqual([summary.read, summary.delivered, summary.problems.length], [20, 20, 1])
  assert.match(summary.problems[0]!, /^kubernetes: the Kubernetes API cannot be asked for pods: it answered 403/)
  const { line } = recordOf(loki, 'words of 7.')
  assert.deepEqual([line['service'], line['namespace'], line['pod'], line['container']], ['sh', 'shop', 'p-7', 'sh'])
})

test('Loki given up: the asking ends as well', async (t) => {
  const [api, loki, place] = [await startApi(t), await startDouble({ script: '503*1000' }), new Place()]
  t.after(() => loki.close())
  say(place, WEB, 'nginx', 'words')
  const push = { retry: { min: '20ms', max: '50ms', give_up_after: '200ms' } }
  const config = configure(place, api, { push, shutdown_deadline: '1s' })
  const longship = new Longship(['ship', '--to', loki.url, '--config', config], { place })
  assert.equal(await longship.exit(20_000), 1, longship.stderr)
})

test('doctor asks as well', async (t) => {
  const [api, loki, place] = [await startApi(t), await startDouble(), new Place()]
  t.after(() => loki.close())
  const config = configure(place, api)
  const told = async () => {
    let text = ''
    await runDoctor(['--config', config, '--to', loki.url, '--json'], (part) => {
      text += part
    })
    const { status, message } = JSON.parse(text.split('\n').find((each) => each.includes('"kubernetes.pods"')) ?? '{}')
    return `${status} ${message}`
  }
  assert.match(await told(), /^warn .*no pods of node node-1/)
  api.pods = [deployed('shop', 'web')]
  assert.match(await told(), /^ok https:\/\/127\.0\.0\.1:\d+ answers: 1 pods of node node-1$/)
  api.fault = 403
  assert.match(await told(), /^fail .*it answered 403: the service account may not list pods/)
})
