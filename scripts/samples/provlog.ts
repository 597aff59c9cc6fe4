/** System A: a workspace server provisions machines for fifty minutes; two of them are never stopped. */
import { evt, goLog } from '../../shipper/demo/notation.ts'
import { dice } from '../dice.ts'
import { BEGIN, FAKE_SECRETS, MINUTE, Page, SECOND } from './story.ts'

/** Started and never stopped: what leak detection must find. */
export const LEAKED = ['ws-1011', 'ws-1029']

const PANIC = `http: panic serving 10.4.0.17:51544: runtime error: invalid memory address or nil pointer dereference
goroutine 4711 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1947 +0xbe
panic({0x9c1f40?, 0x10b4a60?})
	/usr/local/go/src/runtime/panic.go:787 +0x132
main.(*Server).workspaceStatus(0xc0001b4000, {0xb5a2c8, 0xc0004b6000}, 0xc000498000)
	/src/cmd/provisioner/status.go:88 +0x1f`

export function provlog(): Map<string, string> {
  const page = new Page()
  const { between, pick, chance, hex } = dice(1)
  page.add(BEGIN, goLog(BEGIN, 'provisioner 3.2.0 starting, region eu-central-1, 4 workers'))
  const database = `postgres://provisioner:${FAKE_SECRETS.databasePassword}@db-1.internal:5432/workspaces`
  page.add(BEGIN + 1, goLog(BEGIN + SECOND, `connected to ${database}?sslmode=require`))
  for (let index = 0; index < 34; index++) {
    const workspace_id = `ws-${1001 + index}`
    const start = BEGIN + 10 * SECOND + index * 70 * SECOND + between(0, 40) * SECOND
    const sync = chance(0.3)
    page.add(start, goLog(start, `provisioning workspace ${workspace_id} for user u-${between(100, 999)}`))
    page.add(start + 1, evt(start, 'provision.start', { workspace_id, sync }))
    if (chance(0.2)) {
      const again = start + between(2, 20) * SECOND
      page.add(again, evt(again, 'provision.skip_existing', { workspace_id, reason: 'row exists' }))
    }
    if (index % 11 === 7) {
      const failed = start + 12 * SECOND
      const why = pick(['InsufficientInstanceCapacity', 'RequestLimitExceeded'])
      page.add(failed, goLog(failed, `launch of ${workspace_id} failed: ${why}, retrying in 5s`))
    }
    const started = start + between(18, 95) * SECOND
    const instance_id = `i-0${hex(16)}`
    page.add(started, goLog(started, `instance ${instance_id} is up for ${workspace_id}`))
    const fields = { workspace_id, instance_id, instance_type: pick(['t3.medium', 't3.large', 'm6i.large']) }
    page.add(started + 1, evt(started, 'provision.ec2_started', { ...fields, duration_ms: started - start }))
    if (LEAKED.includes(workspace_id)) continue
    const stopped = Math.min(started + between(3, 9) * MINUTE, BEGIN + 50 * MINUTE - between(1, 60) * SECOND)
    if (chance(0.35)) {
      const restart = started + between(60, 170) * SECOND
      page.add(restart, evt(restart, 'restart.pre_stop', { workspace_id, backend: pick(['cp', 'none']) }))
    }
    page.add(stopped, goLog(stopped, `terminate acknowledged for ${instance_id}`))
    page.add(stopped + 1, evt(stopped, 'provision.ec2_stopped', { workspace_id, instance_id }))
  }
  const unencodable = { _marshal_err: 'json: unsupported type: chan struct {}' }
  page.add(BEGIN + 21 * MINUTE, evt(BEGIN + 21 * MINUTE, 'restart.pre_stop', unencodable))
  page.add(BEGIN + 33 * MINUTE, goLog(BEGIN + 33 * MINUTE, PANIC))
  const webhook = `webhook answered 401, sent Authorization: Bearer ${FAKE_SECRETS.bearer}`
  page.add(BEGIN + 35 * MINUTE, goLog(BEGIN + 35 * MINUTE, webhook))
  return new Map([['provlog.log', page.text]])
}
