// Before Grafana's first start: its admin password (generated, unless GRAFANA_ADMIN_PASSWORD says one), and whether logs may be
// looked at without signing in: on this machine yes, beyond it only when GRAFANA_ANONYMOUS says so. Grafana reads both files.
import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PASSWORD_BYTES = 18
/** Grafana's own default, and what people take instead of it. */
const KNOWN = new Set(['admin', 'password', 'grafana', 'changeme', 'secret'])

const [folder] = process.argv.slice(2)
const { GRAFANA_ADMIN_PASSWORD: given = '', GRAFANA_ANONYMOUS: anonymous = '', LONGSHIP_BIND: bind = '' } = process.env
const isLoopback = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/.test(bind)

if (anonymous !== '' && anonymous !== 'true' && anonymous !== 'false') fail('GRAFANA_ANONYMOUS must be true or false')
if (KNOWN.has(given.toLowerCase()))
  fail(`GRAFANA_ADMIN_PASSWORD is one that everybody knows: choose another, or leave it empty`)

const file = join(folder, 'admin-password')
if (given !== '') write(file, given)
else if (!existsSync(file)) write(file, randomBytes(PASSWORD_BYTES).toString('base64url'))
write(join(folder, 'anonymous'), String(anonymous === '' ? isLoopback : anonymous === 'true'))
console.log('Grafana: user admin; the password: docker compose exec grafana cat /run/grafana-init/admin-password')
if (!isLoopback) {
  console.log(
    `LONGSHIP_BIND=${bind}: others reach Grafana and Loki. Loki asks nobody who they are: docs/operations.md, "Beyond this machine".`,
  )
}

/** Whole or not at all; read by the group, which is Grafana's. */
function write(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o440 })
  renameSync(`${path}.new`, path)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
