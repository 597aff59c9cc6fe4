/** kubernetes/: what the shipper may do there, and that Loki as microservices is the same Loki. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { loadConfig } from '../../shipper/config.ts'
import { containerOf } from '../../shipper/sources/container.ts'
import { PORTS, USERS } from '../../stack/facts.ts'

const documents = parseAllDocuments(readFileSync('kubernetes/longship.yaml', 'utf8')).map((each) => each.toJS())
const ofKind = (kind: string) => documents.find((each) => each.kind === kind)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

test('the manifest holds what it needs, and its names meet', () => {
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ['Namespace', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'ResourceQuota', 'DaemonSet'],
  )
  for (const { kind, metadata } of documents) {
    const isOfCluster = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'].includes(kind)
    assert.equal(metadata.namespace, isOfCluster ? undefined : 'longship', kind)
  }
  const { spec } = ofKind('DaemonSet')
  const pod = spec.template.spec
  assert.deepEqual(spec.selector.matchLabels, {
    'app.kubernetes.io/name': spec.template.metadata.labels['app.kubernetes.io/name'],
  })
  assert.equal(pod.serviceAccountName, ofKind('ServiceAccount').metadata.name)
  const volumes = pod.volumes.map(({ name }: { name: string }) => name).sort()
  assert.deepEqual(pod.containers[0].volumeMounts.map(({ name }: { name: string }) => name).sort(), volumes)
  assert.equal(pod.containers[0].image, `longship:${version}`)
})

test('a pod of this priority is let into its namespace where clusters ask for a quota', () => {
  const [{ scopeName, operator, values }] = ofKind('ResourceQuota').spec.scopeSelector.matchExpressions
  assert.deepEqual([scopeName, operator], ['PriorityClass', 'In'])
  assert.deepEqual(values, [ofKind('DaemonSet').spec.template.spec.priorityClassName])
})

test('least rights in the API: a list of pods, for this account, with a token in this pod alone', () => {
  assert.deepEqual(ofKind('ClusterRole').rules, [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }])
  const { metadata } = ofKind('ServiceAccount')
  const { roleRef, subjects } = ofKind('ClusterRoleBinding')
  assert.deepEqual(roleRef, {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: ofKind('ClusterRole').metadata.name,
  })
  assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: metadata.name, namespace: metadata.namespace }])
  assert.equal(ofKind('ServiceAccount').automountServiceAccountToken, false)
  assert.equal(ofKind('DaemonSet').spec.template.spec.automountServiceAccountToken, true)
})

test('least rights on the node: one capability, a root file system that cannot be written', () => {
  const pod = ofKind('DaemonSet').spec.template.spec
  const [container] = pod.containers
  const { securityContext: security } = container
  assert.deepEqual(security.capabilities, { drop: ['ALL'], add: ['DAC_READ_SEARCH'] })
  assert.ok(security.readOnlyRootFilesystem && security.allowPrivilegeEscalation === false)
  assert.equal(security.runAsGroup, USERS.longship)
  assert.equal(pod.hostNetwork ?? pod.hostPID ?? false, false)
  const writable = container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => !readOnly)
  assert.deepEqual(writable.map(({ mountPath }: { mountPath: string }) => mountPath).sort(), [
    '/tmp',
    '/var/lib/longship',
  ])
  assert.ok(
    container.resources.limits.memory && container.livenessProbe && container.readinessProbe && container.startupProbe,
  )
  assert.equal(container.ports[0].containerPort, PORTS.shipper)
})

test('the configuration in the ConfigMap is valid, and writes only where it may', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-kubernetes-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'longship.yaml')
  writeFileSync(path, ofKind('ConfigMap').data['longship.yaml'])
  const [container] = ofKind('DaemonSet').spec.template.spec.containers
  const given = container.env.map(({ name }: { name: string }) => name)
  assert.deepEqual(given, ['LOKI_URL', 'LONGSHIP_LISTEN', 'NODE_NAME'])
  // What the kubelet sets in every pod.
  const kubelet = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
  const config = loadConfig({ path, env: { LOKI_URL: 'http://loki:3100', NODE_NAME: 'node-1', ...kubelet } })
  assert.equal(config.sources[0]!.node, 'node-1')
  assert.deepEqual([config.kubernetes?.api, config.kubernetes?.node], ['https://10.96.0.1', 'node-1'])
  for (const file of [config.positions.file, config.push.dead_letter, config.spool.folder])
    assert.match(file!, /^\/var\/lib\/longship\//)
})

test('the paths that it reads say pod and container', () => {
  const path = '/var/log/pods/shop_web-7d4b9c6f5-x2x9z_0b5a1c2d-3e4f-5061-7283-94a5b6c7d8e9/nginx/0.log'
  const found = containerOf(path)
  assert.deepEqual(
    [found?.service, found?.pod, found?.fields.get('namespace')],
    ['nginx', 'web-7d4b9c6f5-x2x9z', 'shop'],
  )
})

test("the chart's values: schema, retention and limits of loki.ha.yaml, no mode that ends", () => {
  const values = parse(readFileSync('kubernetes/loki-values.yaml', 'utf8'))
  const { schema_config, limits_config, ingester } = parse(readFileSync('loki/loki.ha.yaml', 'utf8'))
  assert.deepEqual(values.loki.schemaConfig, schema_config)
  const { ingestion_rate_mb, ingestion_burst_size_mb, max_global_streams_per_user, ...same } = values.loki.limits_config
  for (const [name, value] of Object.entries(same)) assert.deepEqual(value, limits_config[name], name)
  assert.ok(ingestion_rate_mb > limits_config.ingestion_rate_mb && ingestion_burst_size_mb === 2 * ingestion_rate_mb)
  assert.ok(max_global_streams_per_user > limits_config.max_global_streams_per_user)
  for (const name of ['chunk_encoding', 'chunk_idle_period', 'max_chunk_age']) {
    assert.equal(values.loki.ingester[name], ingester[name], name)
  }
  assert.equal(values.deploymentMode, 'Distributed')
  for (const mode of ['singleBinary', 'read', 'write', 'backend']) assert.equal(values[mode].replicas, 0, mode)
})
