import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { globSync } from 'tinyglobby'
import type { EventFeed } from '../../shipper/triggers/triggers.ts'
import { event, feedOf, receiver, settings, status, until, world } from './world.ts'

/** What triggers are handed, to the type checker: nothing that appends. */
type Handed = keyof EventFeed
const handed: Record<Handed, true> = { subscribe: true, since: true, newest: true }

test('loop prevention by structure: of the event log, triggers are handed reading only', async (t) => {
  assert.deepEqual(Object.keys(handed).sort(), ['newest', 'since', 'subscribe'])
  const to = await receiver(t)
  to.answers = [status(400)]
  const asked = new Set<string | symbol>()
  const real = feedOf()
  const feed = new Proxy(real, {
    get(target, name) {
      asked.add(name)
      return Reflect.get(target, name)
    },
  })
  const { triggers } = world(t, to.port, { feed, configured: [settings({ url: 'http://hooks.example/' })] })
  real.append(event(1))
  await until(() => triggers.stats()['x']!.failed === 1)
  await triggers.test('x')
  await triggers.retryDeadLetter(triggers.deadLetters()[0]!.id)
  assert.deepEqual(
    [...asked].filter((name) => !Object.hasOwn(handed, name)),
    [],
  )
  assert.equal(real.events.length, 1, 'a failed delivery is no event')
})

test('triggers import of the event log its shapes only: not the log, not what writes to it', () => {
  const files = globSync('shipper/triggers/**/*.ts')
  const imports = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const found = [...text.matchAll(/^import\b[^'"]*'([^']+)'|\bimport\('([^']+)'\)/gm)]
    return found.map((match) => ({
      file,
      to: match[1] ?? match[2]!,
      isType: /^import type|^import \{ type /.test(match[0]),
    }))
  })
  const ofEvents = imports.filter(({ to }) => to.includes('/events/'))
  assert.ok(ofEvents.length > 0)
  assert.deepEqual([...new Set(ofEvents.map(({ to }) => to.split('/').at(-1)))].sort(), ['event.ts', 'json.ts'])
  // Nor anything else through which lines or events flow.
  const others = imports.filter(({ to }) => /\/(?:scan|patterns|pipeline|sources|inputs|admin)(?:\/|\.ts)/.test(to))
  assert.deepEqual(others, [])
})
