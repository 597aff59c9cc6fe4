/** What Loki says: name, connection, credentials, the push API itself, its clock, and the limits that matter here. */
import { lookup } from 'node:dns/promises'
import { parse } from 'yaml'
import type { Config } from '../../config.ts'
import { endpointOf } from '../../endpoint.ts'
import { LongshipError } from '../../errors.ts'
import { classify, type Reply } from '../../push/classify.ts'
import { type Client, createClient } from '../../push/client.ts'
import type { Body } from '../../push/encode.ts'
import type { Endpoint } from '../../push/endpoint.ts'
import { sizeBytes } from '../../terms/units.ts'
import type { Finding } from './finding.ts'

type Answer = Reply & { kind: 'answer' }

export async function* checkLoki(config: Config, shouldPush: boolean): AsyncGenerator<Finding> {
  let endpoint: Endpoint
  let client: Client
  try {
    endpoint = endpointOf(config.loki, Math.min(config.loki.timeout_ms, MAX_WAIT_MS))
    client = createClient(endpoint)
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    yield { check: 'configuration', status: 'fail', message: error.message }
    return
  }
  try {
    const name = await checkName(endpoint)
    yield name
    if (name.status === 'fail') return
    const pushed = await client.post(bodyOf('{"streams":[]}'), SIGNAL)
    const push = checkPush(pushed, endpoint)
    yield push
    if (pushed.kind === 'answer') yield* checkAround(pushed, client, config)
    if (shouldPush && push.status === 'ok') yield await pushLine(client)
  } finally {
    client.close()
  }
}

const SIGNAL = new AbortController().signal

/** Nobody waits longer for a diagnosis. */
const MAX_WAIT_MS = 10_000

function bodyOf(text: string): Body {
  const bytes = Buffer.from(text)
  return { chunks: [bytes], length: bytes.length, type: 'application/json', encoding: undefined }
}

async function checkName({ url }: Endpoint): Promise<Finding> {
  const check = 'Loki address'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  try {
    const { address } = await lookup(host)
    return { check, status: 'ok', message: address === host ? url.host : `${url.host} is ${address}` }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      check,
      status: 'fail',
      message: `${host} is not a name that can be looked up (${code}); check loki.url and DNS`,
    }
  }
}

/** An empty push stores nothing: Loki answers 422 once path, credentials and tenant are right. */
function checkPush(reply: Reply, { url }: Endpoint): Finding {
  const check = 'Loki push'
  const verdict = classify(reply, Date.now())
  if (verdict.kind === 'delivered' || verdict.kind === 'rejected') {
    return { check, status: 'ok', message: `${url.href} takes pushes with these credentials` }
  }
  const { reason } = verdict
  const advice =
    reply.kind === 'failure' && verdict.kind === 'retry' && verdict.cause === 'network'
      ? '; is Loki running there, and does a firewall let this machine through?'
      : ''
  return { check, status: 'fail', message: `${url.href}: ${reason}${advice}` }
}

async function* checkAround(pushed: Answer, client: Client, config: Config): AsyncGenerator<Finding> {
  const ready = await client.get('ready', SIGNAL)
  yield checkReady(ready)
  const build = await client.get('loki/api/v1/status/buildinfo', SIGNAL)
  yield checkVersion(build)
  yield checkClock(pushed.date)
  // Only what differs from Loki's defaults; a gateway may hide it.
  const settings = await client.get('config?mode=diff', SIGNAL)
  if (settings.kind === 'answer' && settings.status === 200) yield* checkLimits(settings.body, config)
}

function checkReady(reply: Reply): Finding {
  const check = 'Loki ready'
  if (reply.kind === 'failure') return { check, status: 'fail', message: reply.message }
  if (reply.status === 200) return { check, status: 'ok', message: 'ready' }
  if (reply.status === 404 || reply.status === 401 || reply.status === 403) {
    return { check, status: 'warn', message: `/ready answers ${reply.status}: a gateway may hide it` }
  }
  const said = reply.body.trim().slice(0, 200)
  return {
    check,
    status: 'fail',
    message: `not ready (${reply.status} ${said}); a Loki that has just started needs a minute`,
  }
}

function checkVersion(reply: Reply): Finding {
  const check = 'Loki version'
  const version =
    reply.kind === 'answer' && reply.status === 200 ? /"version":\s*"v?([^"]{1,60})"/.exec(reply.body)?.[1] : undefined
  if (version === undefined)
    return { check, status: 'warn', message: 'unknown: no buildinfo; Longship is tested with 3.7' }
  const [major, minor] = version.split('.').map(Number)
  if (major !== undefined && (major < 2 || (major === 2 && minor! < 9))) {
    return {
      check,
      status: 'warn',
      message: `${version} has no structured metadata (2.9 or newer); it is left out of what is sent`,
    }
  }
  return { check, status: 'ok', message: version }
}

/** Loki refuses what lies more than 10 minutes ahead of its clock (creation_grace_period). */
const GRACE_S = 600

function checkClock(date: number | undefined): Finding {
  const check = 'clocks'
  if (date === undefined) return { check, status: 'warn', message: 'Loki did not tell its time' }
  const seconds = Math.round((Date.now() - date) / 1000)
  if (Math.abs(seconds) <= 5) return { check, status: 'ok', message: 'this machine and Loki agree' }
  const direction = seconds > 0 ? 'ahead of' : 'behind'
  const message = `this machine is ${Math.abs(seconds)} s ${direction} Loki; synchronise them (NTP)`
  const isRefused = seconds > GRACE_S
  return {
    check,
    status: isRefused ? 'fail' : 'warn',
    message: isRefused ? `${message}: new lines are too new for Loki` : message,
  }
}

async function* checkLimits(text: string, config: Config): AsyncGenerator<Finding> {
  const check = 'Loki limits'
  const limits = limitsOf(text)
  if (limits === undefined) return
  const problems: string[] = []
  const size = (key: string) => {
    try {
      const value = limits[key]
      // Loki's KB are 1024 bytes.
      if (typeof value === 'string') return sizeBytes(value.replace(/([KMG])B$/, '$1iB'))
      return typeof value === 'number' ? value : undefined
    } catch {
      return undefined
    }
  }
  const line = size('max_line_size')
  if (line !== undefined && line > 0 && line < LINE_BYTES && limits['max_line_size_truncate'] !== true) {
    problems.push(`max_line_size is ${line} bytes: longer lines become dead letters; raise it to 256KB`)
  }
  const burst = Number(limits['ingestion_burst_size_mb']) * 1024 * 1024
  if (burst < config.batch.max_bytes)
    problems.push(`ingestion_burst_size_mb is less than batch.max_bytes: batches are cut; raise it`)
  if (limits['allow_structured_metadata'] === false) {
    problems.push('allow_structured_metadata is false: lookup fields stay in the line only; switch it on')
  }
  if (limits['reject_old_samples'] === true) {
    const age = String(limits['reject_old_samples_max_age'])
    yield {
      check,
      status: 'ok',
      message: `lines older than ${age} are ${config.push.out_of_window === 'clamp' ? 'stamped anew' : 'dead letters'}`,
    }
  }
  for (const message of problems) yield { check, status: 'warn', message }
}

const LINE_BYTES = 256 * 1024

/** Loki 3.7's own defaults, for what the answer leaves out. */
const DEFAULTS = {
  reject_old_samples: true,
  reject_old_samples_max_age: '1w',
  max_line_size: '256KB',
  ingestion_burst_size_mb: 6,
  allow_structured_metadata: true,
}

/** limits_config of GET /config. Answers of something else: undefined. */
function limitsOf(text: string): Record<string, unknown> | undefined {
  // A whole configuration is longer than what is read of an answer: only the section is parsed.
  const section = /^limits_config:\n(?: .*\n|\n)+/m.exec(`${text}\n`)?.[0]
  if (section === undefined) return /^\w+:/m.test(text) ? DEFAULTS : undefined
  try {
    return { ...DEFAULTS, ...(parse(section) as { limits_config?: Record<string, unknown> }).limits_config }
  } catch {
    return undefined
  }
}

async function pushLine(client: Client): Promise<Finding> {
  const check = 'test push'
  const stream = { service: 'longship-doctor', node: 'doctor', level: 'info' }
  const body = JSON.stringify({
    streams: [{ stream, values: [[`${Date.now()}000000`, 'longship doctor was here', { event: 'doctor' }]] }],
  })
  const verdict = classify(await client.post(bodyOf(body), SIGNAL), Date.now())
  if (verdict.kind === 'delivered')
    return { check, status: 'ok', message: 'one line stored as {service="longship-doctor"}' }
  return { check, status: 'fail', message: verdict.reason }
}
