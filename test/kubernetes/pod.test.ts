/** What the API says of a pod, honest and hostile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeContainer, readPod } from '../../shipper/kubernetes/pod.ts'

const WANTED = new Set(['team', 'app', 'app.kubernetes.io/name', '__proto__', 'constructor'])
const read = (metadata: Record<string, unknown>) =>
  readPod({ metadata: { namespace: 'shop', name: 'p', ...metadata } }, WANTED)
const owner = (kind: string, name: unknown, hash?: unknown) =>
  read({ ownerReferences: [{ kind, name, controller: true }], labels: { 'pod-template-hash': hash } })?.owner

test('the owner: a ReplicaSet is its Deployment where the hash says so', () => {
  const cases: [kind: string, name: unknown, hash: unknown, expected: string | undefined][] = [
    ['ReplicaSet', 'web-7d4b9c6f5', '7d4b9c6f5', 'web'],
    ['ReplicaSet', 'web-7d4b9c6f5', undefined, 'web-7d4b9c6f5'],
    ['ReplicaSet', 'web-7d4b9c6f5', 'other', 'web-7d4b9c6f5'],
    ['ReplicaSet', '-7d4b9c6f5', '7d4b9c6f5', undefined],
    ['ReplicaSet', 'web-', '', undefined],
    ['StatefulSet', 'db', undefined, 'db'],
    ['DaemonSet', 'node-7d4b', '7d4b', 'node-7d4b'],
    ['Job', 'backup-28471234', undefined, 'backup-28471234'],
    ['Node', 'node-1', undefined, undefined],
    ['StatefulSet', 'x'.repeat(254), undefined, undefined],
    ['StatefulSet', '<script>', undefined, undefined],
    ['StatefulSet', { toString: 'db' }, undefined, undefined],
  ]
  for (const [kind, name, hash, expected] of cases)
    assert.equal(owner(kind, name, hash), expected, `${kind} ${JSON.stringify(name)}`)
  assert.equal(read({})?.owner, undefined)
  const two = [
    { kind: 'Thing', name: 'first' },
    { kind: 'StatefulSet', name: 'db', controller: true },
  ]
  assert.equal(read({ ownerReferences: two })?.owner, 'db')
})

test('values that Kubernetes would refuse are not taken', () => {
  const values = ['', 'x'.repeat(64), '{job="x"}', 'a\nb', 'a b', '-a', 'a-', 'é', 1, null, ['a'], { a: 1 }]
  for (const team of values) assert.equal(read({ labels: { team } })?.labels.size, 0, JSON.stringify(team))
  for (const team of ['a', 'A_b.c-9', 'x'.repeat(63)])
    assert.equal(read({ labels: { team } })?.labels.get('team'), team)
  const labels = JSON.parse('{"__proto__":"polluted","team":"blue"}')
  assert.deepEqual(
    [...(read({ labels })?.labels ?? [])],
    [
      ['team', 'blue'],
      ['__proto__', 'polluted'],
    ],
  )
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.equal(read({ labels: {} })?.labels.has('constructor'), false)
})

test('what says no pod is none', () => {
  for (const item of [null, undefined, 1, 'pod', {}, { metadata: null }, { metadata: { name: 'p' } }, []]) {
    assert.equal(readPod(item, WANTED), undefined)
  }
  assert.equal(read({ name: '../../etc' }), undefined)
  for (const odd of [null, 1, 'x', [null], [1]])
    assert.equal(read({ ownerReferences: odd, labels: odd })?.owner, undefined)
})

test('service: app.kubernetes.io/name, else app, else the container; the path keeps its fields', () => {
  const path = {
    service: 'nginx',
    pod: 'p',
    fields: new Map([
      ['namespace', 'shop'],
      ['pod', 'p'],
    ]),
  }
  const service = (labels: Record<string, string>) => describeContainer(path, read({ labels }), []).service
  assert.equal(service({ app: 'b', 'app.kubernetes.io/name': 'a' }), 'a')
  assert.equal(service({ app: 'b' }), 'b')
  assert.equal(service({}), 'nginx')
  const allowed = [{ label: 'team', field: 'label_team' }]
  const { fields } = describeContainer(path, read({ labels: { app: 'b', team: 'blue' } }), allowed)
  assert.deepEqual(Object.fromEntries(fields), { namespace: 'shop', pod: 'p', container: 'nginx', label_team: 'blue' })
  assert.equal(path.fields.size, 2)
})
