import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withSite } from './site.ts'

test('rules are made, read, changed and deleted', () =>
  withSite({}, async ({ ask, fakes }) => {
    const made = await ask('POST', '/api/v1/rules', { name: 'refused', pattern: 'refused by (?P<peer>\\S+)' })
    assert.equal(made.status, 201)
    const path = made.headers.get('location')!
    assert.equal(path, `/api/v1/rules/${made.json.id}`)
    assert.equal(made.json.cooldown, '1m')
    const changed = await ask('PATCH', path, '{"severity":"error","cooldown":null,"description":"why"}', {
      'content-type': 'application/merge-patch+json',
    })
    assert.equal(changed.status, 200)
    assert.equal(changed.json.severity, 'error')
    assert.deepEqual(fakes.rulebook.patches, [{ severity: 'error', cooldown: null, description: 'why' }])
    const read = await ask('GET', path)
    assert.deepEqual(read.json, changed.json)
    assert.deepEqual((await ask('DELETE', path)).json, { deleted: [made.json.id] })
    assert.equal((await ask('GET', path)).status, 404)
  }))
