/** Paths of container runtimes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerOf } from '../../shipper/sources/container.ts'

const ID = 'a1'.repeat(32)

test('Kubernetes paths name container, pod and namespace', () => {
  const uid = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
  for (const path of [
    `/var/log/pods/shop_api-7d9f_${uid}/web/0.log`,
    `/var/log/containers/api-7d9f_shop_web-${ID}.log`,
  ]) {
    const container = containerOf(path)
    assert.equal(container?.service, 'web')
    assert.equal(container?.pod, 'api-7d9f')
    assert.equal(container?.fields.get('namespace'), 'shop')
  }
})

test('Docker: the compose service, else the name', () => {
  const path = `/var/lib/docker/containers/${ID}/${ID}-json.log`
  const compose = { Name: '/shop-api-1', Config: { Labels: { 'com.docker.compose.service': 'api' } } }
  assert.equal(containerOf(path, () => JSON.stringify(compose))?.service, 'api')
  assert.equal(containerOf(path, () => '{"Name":"/lonely"}')?.service, 'lonely')
  assert.equal(
    containerOf(path, () => 'no json'),
    undefined,
  )
})

test('other paths are nobody’s', () => assert.equal(containerOf('/var/log/containers/readme.log'), undefined))
