/** System D: a container's output as Docker keeps it, with a line over 16 KiB in parts, and what tinyforge's scanner says. */
import { dockerLine, goTime, slogJson } from '../../shipper/demo/notation.ts'
import { dice } from '../dice.ts'
import { BEGIN, FAKE_SECRETS, MINUTE, Page, SECOND } from './story.ts'

/** Docker writes a longer line in parts of this many bytes. */
export const DOCKER_PART_BYTES = 16 * 1024

interface Hit {
  readonly at: number
  readonly text: string
  readonly rule: { readonly rule_id: number; readonly rule: string; readonly severity: string }
}

const RULES = {
  panic: { rule_id: 3, rule: 'go-panic', severity: 'error' },
  payment: { rule_id: 7, rule: 'payment-timeout', severity: 'warn' },
} as const

const PANIC = [
  'panic: runtime error: index out of range [3] with length 3',
  '',
  'goroutine 18 [running]:',
  'shop/cart.(*Cart).Total(0xc00012a000)',
  '\t/src/cart/cart.go:57 +0x8d',
  'main.main()',
  '\t/src/main.go:31 +0x1c',
]

export function tinyforge(): Map<string, string> {
  const { text, hits } = container()
  return new Map([
    ['shop-web.json', text],
    ['tinyforge.log', scanner(hits)],
  ])
}

/** `docker logs` of a web shop: access lines, its own slog lines, a panic, one very long line. */
function container(): { text: string; hits: Hit[] } {
  const page = new Page()
  const hits: Hit[] = []
  const { between, pick, chance } = dice(6)
  for (let at = BEGIN; at < BEGIN + 50 * MINUTE; at += between(8, 24) * SECOND) {
    const path = pick(['/', '/cart', '/api/products?page=2', '/api/orders', '/healthz'])
    const status = chance(0.06) ? pick([404, 500, 502]) : 200
    const when = clfTime(at)
    const request = `10.7.0.${between(2, 60)} - - [${when}] "GET ${path} HTTP/1.1" ${status} ${between(180, 9000)}`
    page.add(at, dockerLine(at, 'stdout', `${request} "-" "Mozilla/5.0"`))
    if (!chance(0.18)) continue
    const text = slogJson(at + 40, 'ERROR', 'payment gateway timeout', {
      component: 'checkout',
      order_id: between(10_000, 99_999),
      elapsed: 30_000_000_000,
    })
    page.add(at + 40, dockerLine(at + 40, 'stderr', text))
    hits.push({ at: at + 60, text: 'payment gateway timeout', rule: RULES.payment })
  }
  const crash = BEGIN + 26 * MINUTE
  for (const [index, line] of PANIC.entries()) page.add(crash + index, dockerLine(crash + index, 'stderr', line))
  hits.push({ at: crash + 100, text: PANIC[0]!, rule: RULES.panic })
  const login = `login of demo-user with password=${FAKE_SECRETS.adminPassword} refused`
  page.add(BEGIN + 30 * MINUTE, dockerLine(BEGIN + 30 * MINUTE, 'stderr', `2026/05/05 12:30:00 ${login}`))
  addLongLine(page, BEGIN + 37 * MINUTE)
  return { text: page.text, hits }
}

/** A cart of four hundred items as one JSON line of 40 KiB. */
function addLongLine(page: Page, at: number): void {
  const items = Array.from({ length: 400 }, (_, index) => ({
    sku: `sku-${10_000 + index}`,
    title: `Item ${index} of a long cart`,
    price: `${index % 90}.90`,
    currency: 'EUR',
  }))
  const text = slogJson(at, 'DEBUG', 'cart dumped', { component: 'checkout', items })
  for (let from = 0; from < text.length; from += DOCKER_PART_BYTES) {
    const isLast = from + DOCKER_PART_BYTES >= text.length
    page.add(at, dockerLine(at, 'stdout', text.slice(from, from + DOCKER_PART_BYTES), !isLast))
  }
}

function clfTime(at: number): string {
  const [, , day, month, year, time] = /^((\w+), (\d+) (\w+) (\d+) ([\d:]+)) GMT$/
    .exec(new Date(at).toUTCString())!
    .slice(1)
  return `${day}/${month}/${year}:${time} +0000`.replace(/^(\d)\//, '0$1/')
}

/** tinyforge itself: tails, hits, drops, a rule that does not compile, triggers. */
function scanner(hits: readonly Hit[]): string {
  const page = new Page()
  const { between, chance } = dice(7)
  const log = (at: number, level: string, msg: string, fields: Record<string, unknown>) =>
    page.add(at, slogJson(at, level, msg, fields))
  const workload = { workload: 'shop', container: 'shop-web' }
  log(BEGIN, 'INFO', 'rules loaded', { component: 'logscan', rules: 9, compile_errors: 1 })
  const error = 'error parsing regexp: missing closing ): `(timeout|refused`'
  log(BEGIN + 1, 'WARN', 'rule left out of the snapshot', { component: 'logscan', rule_id: 9, rule: 'db-down', error })
  log(BEGIN + 5, 'INFO', 'tail started', { component: 'logscan', ...workload, stream: 'both' })
  let dropped = 0
  for (const { at, text, rule } of hits) {
    if (dropped < 3 && chance(0.3)) {
      dropped++
      const reason = chance(0.5) ? 'cooldown' : 'token_bucket'
      log(at, 'DEBUG', 'hit dropped', { component: 'logscan', ...workload, ...rule, reason, dropped_total: dropped })
      continue
    }
    const event_id = between(1000, 9999)
    const fields = { ...workload, ...rule, stream: 'stderr', source: 'logscan', captures: { $1: text.split(' ')[0] } }
    log(at, 'INFO', 'hit stored', { component: 'logscan', ...fields, event_id, message: text })
    const status = chance(0.15) ? 503 : 200
    const sent = { trigger_id: 2, trigger: 'ops-webhook', event_id, status, elapsed: between(20, 900) * 1e6 }
    log(at + 80, status === 200 ? 'INFO' : 'WARN', 'webhook sent', { component: 'triggers', ...sent })
  }
  const target = { trigger_id: 5, url: 'http://169.254.169.254/latest/meta-data', reason: 'link-local address' }
  log(BEGIN + 11 * MINUTE, 'WARN', 'webhook target refused', { component: 'triggers', ...target })
  const change = { admin: 'root', token: FAKE_SECRETS.bearer, trigger_id: 2 }
  log(BEGIN + 12 * MINUTE, 'INFO', 'trigger changed', { component: 'api', ...change })
  for (let at = BEGIN + 30 * SECOND; at < BEGIN + 50 * MINUTE; at += 30 * SECOND) {
    const fields = { active_tails: at > BEGIN + 26 * MINUTE ? 3 : 4, dropped_cooldown: dropped, compile_errors: 1 }
    log(at, 'DEBUG', 'reconciled', { component: 'logscan', ...fields, polled_at: goTime(at, 3) })
  }
  return page.text
}
