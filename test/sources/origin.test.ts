import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originName } from '../../shipper/sources/origin.ts'

const NAMES: Record<string, string> = {
  '/var/log/shop/api.log': 'api',
  'api.log.1': 'api',
  'api.log.2.gz': 'api',
  'api.log-20251226': 'api',
  'api.log-20251226.gz': 'api',
  'api-2025-12-26.log': 'api',
  'api.2025-12-26.log': 'api',
  'api.log.2025-12-26-03': 'api',
  'api-1.log': 'api-1',
  'postgresql.log.old': 'postgresql',
  syslog: 'syslog',
  'syslog.1': 'syslog',
  'access.json': 'access',
  '.log': '.log',
  '2025-12-26': '2025-12-26',
  'worker-2': 'worker-2',
}

for (const [path, name] of Object.entries(NAMES)) {
  test(`origin: ${path} is called ${name}`, () => assert.equal(originName(path), name))
}
