/** System E: a migration tool's operations, steps, retries and failures, in logrus' text and, for one tenant, JSON. */
import { logrusJson, logrusText } from '../../shipper/demo/notation.ts'
import { type Dice, dice } from '../dice.ts'
import { BEGIN, FAKE_SECRETS, MINUTE, Page } from './story.ts'

type Write = typeof logrusText

const STEPS: Readonly<Record<string, readonly string[]>> = {
  'volume-migration': ['snapshot-create', 'volume-copy', 'volume-attachment', 'verify-checksum'],
  'enhanced-test-failover': ['vm-validation', 'snapshot-create', 'driver-injection', 'vm-startup'],
  'network-cutover': ['vm-validation', 'network-mapping', 'dns-update'],
}

const FAILURES = [
  { error_type: 'cloudstack_api_error', error_code: '431', error: 'failed to attach volume: device busy' },
  { error_type: 'timeout', error_code: 'ETIMEDOUT', error: 'no answer from 10.9.0.4:8443 within 30s' },
  { error_type: 'checksum_mismatch', error_code: 'E_SUM', error: 'checksum of block 8812 differs' },
]

const MAX_RETRIES = 3

export function migratekit(): Map<string, string> {
  return new Map([
    ['migratekit.log', tell(dice(4), logrusText, 24, 'nova')],
    ['migratekit.jsonl', tell(dice(5), logrusJson, 16, 'orion')],
  ])
}

function tell(chances: Dice, write: Write, operations: number, customer: string): string {
  const page = new Page()
  const { between, pick, hex } = chances
  const endpoint = { endpoint: 'https://cs.example/client/api', api_key: FAKE_SECRETS.apiKey, customer }
  page.add(BEGIN, write(BEGIN, 'info', 'migratekit connected', endpoint))
  for (let index = 0; index < operations; index++) {
    const at = BEGIN + Math.round((index * 45 * MINUTE) / operations) + between(0, 30_000)
    const correlation_id = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
    const job_id = `job-${customer}-${100 + index}`
    const operation = pick(Object.keys(STEPS))
    tellOperation(page, write, chances, at, { correlation_id, job_id, operation })
  }
  // A caller that passes no context: visible as a record without a correlation id.
  const orphan = { event: 'step_info', operation: 'network-cutover', step: 'dns-update', job_id: `job-${customer}-1` }
  page.add(BEGIN + 9 * MINUTE, write(BEGIN + 9 * MINUTE, 'warning', 'context without correlation id', orphan))
  return page.text
}

type Context = Readonly<Record<'correlation_id' | 'job_id' | 'operation', string>>

function tellOperation(page: Page, write: Write, chances: Dice, start: number, context: Context): void {
  const { between, pick, chance } = chances
  const steps = STEPS[context.operation]!
  const failing = chance(0.3) ? pick(steps) : undefined
  let at = start
  const log = (level: string, msg: string, fields: Record<string, unknown>) =>
    page.add(at, write(at, level, msg, { ...context, ...fields }))
  log('info', 'Operation started', { event: 'operation_start', status: 'started' })
  let total = 0
  for (const step of steps) {
    total++
    log('info', `Step ${step} started`, { event: 'step_start', step, status: 'started' })
    at += between(400, 9000)
    if (chance(0.5)) log('info', `${step}: ${between(1, 64)} of 64 GiB`, { event: 'step_info', step })
    at += between(400, 9000)
    const failure = pick(FAILURES)
    const attempts = step === failing ? MAX_RETRIES : chance(0.2) ? 1 : 0
    for (let attempt_number = 1; attempt_number <= attempts; attempt_number++) {
      const isLast = attempt_number === MAX_RETRIES
      const retry = { attempt_number, max_retries: MAX_RETRIES, retry_delay: '2s' }
      const advice = { retry_possible: !isLast, recovery_suggestion: 'detach the volume and run the step again' }
      log('error', `${step} failed`, { event: 'step_error', step, ...failure, ...advice })
      const status = isLast ? 'failed' : 'retrying'
      log('warning', `attempt-${attempt_number}`, {
        event: 'step_info',
        step: `attempt-${attempt_number}`,
        status,
        ...retry,
      })
      at += 2000
    }
    const status = step === failing ? 'failed' : 'completed'
    const level = step === failing ? 'error' : 'info'
    log(level, `Step ${step} ${status}`, { event: 'step_end', step, status, duration_ms: between(800, 18_000) })
    if (step === failing) break
  }
  const end = { event: 'operation_end', total_duration_ms: at - start, total_steps: total }
  if (failing === undefined) log('info', 'Operation completed', { ...end, status: 'completed' })
  else log('error', 'Operation failed', { ...end, status: 'failed', failure_step: failing })
}
