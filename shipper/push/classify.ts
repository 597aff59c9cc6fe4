/**
 * Loki's answer → what to do. The status alone says little: 204 is the only success, 400 means two things, some 429s
 * and 500s can never pass, and a proxy in front has answers of its own. Texts are those of Loki 2.x to 3.7
 * (pkg/validation/validate.go, pkg/ingester/stream.go, pkg/distributor, pkg/util/http.go).
 */
import { type Findings, parseFindings } from './findings.ts'

/** One POST's outcome on the wire. */
export type Reply =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      /** The body went on behind what was kept. */
      readonly isCut: boolean
      readonly contentType: string
      readonly retryAfter: string | undefined
      readonly location: string | undefined
      /** Loki's clock (Date header), ms since the epoch. */
      readonly date: number | undefined
    }
  | { readonly kind: 'failure'; readonly code: string; readonly message: string }

/** Why a retry is due. `setup`: it will not pass until someone changes something. `stream`: others may be stored. */
export type RetryCause = 'network' | 'server' | 'rate' | 'stream' | 'setup'

export type Verdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry'
      readonly cause: RetryCause
      readonly reason: string
      readonly afterMs?: number
      /** A plain 500, which may be a poison entry's and then comes for ever; the same text each time. */
      readonly suspect?: string
      /** More bytes than the rate allows in a second: may be more than the bucket ever holds. */
      readonly isOverRate?: boolean
    }
  /** Nothing was stored, and in one piece it never will be. */
  | { readonly kind: 'split'; readonly reason: string }
  /** `none`: nothing was stored. `rest`: what was not refused is stored. `unknown`: the answer does not say. */
  | {
      readonly kind: 'rejected'
      readonly status: number
      readonly code: string
      readonly reason: string
      readonly stored: 'none' | 'rest' | 'unknown'
      /** What was refused, with `rest`. */
      readonly findings?: Findings
      /** Loki's clock, ms, where it told. */
      readonly lokiNow?: number | undefined
    }

export function classify(reply: Reply, now: number): Verdict {
  if (reply.kind === 'failure') return failureVerdict(reply)
  const { status, body } = reply
  if (status === 204 || (status === 200 && !isWebPage(reply))) return { kind: 'delivered' }
  const said = `${status} ${firstLine(body)}`.trim()
  const row = RULES.find((rule) => rule.status(status) && (rule.text === undefined || rule.text.test(body)))
  const verdict = row === undefined ? unknownVerdict(reply, said) : row.verdict(reply, said)
  if (verdict.kind !== 'retry') return verdict
  const afterMs = retryAfterMs(reply.retryAfter, now)
  return afterMs === undefined ? verdict : { ...verdict, afterMs }
}

/** Retry-After: seconds or a date. Capped: no answer stops shipping for longer than MAX_WAIT_MS. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(MAX_WAIT_MS, Math.max(0, ms))
}

const MAX_WAIT_MS = 10 * 60_000

interface Rule {
  readonly status: (status: number) => boolean
  /** Linear in the body; undefined: any. */
  readonly text?: RegExp
  readonly verdict: (reply: Reply & { kind: 'answer' }, said: string) => Verdict
}

const is =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status)
const between = (low: number, high: number) => (status: number) => status >= low && status <= high
const setup =
  (hint: string) =>
  (_: unknown, said: string): Verdict => ({ kind: 'retry', cause: 'setup', reason: `${said}: ${hint}` })
const retry =
  (cause: RetryCause) =>
  (_: unknown, said: string): Verdict => ({ kind: 'retry', cause, reason: said })
const split = (_: unknown, reason: string): Verdict => ({ kind: 'split', reason })

/** In order: the first row that fits decides. */
const RULES: readonly Rule[] = [
  // Any status may be configured for blocking (limits_config.block_ingestion_status_code, 260 by default).
  { status: between(201, 599), text: /ingestion blocked for user '/, verdict: blocked },
  { status: is(260), verdict: blocked },
  { status: between(200, 299), verdict: setup('not an answer of Loki; check that the URL is the one of Loki itself') },
  { status: between(300, 399), verdict: redirect },
  { status: is(400), text: /^\s*</, verdict: setup('a web page, not an answer of Loki; check the URL and any proxy') },
  {
    status: is(400),
    text: /HTTP request (was sent )?to (an )?HTTPS/i,
    verdict: setup('the server speaks TLS; use https:// in the URL'),
  },
  {
    status: is(400),
    text: /^(no org id|multiple org IDs? present|org id|tenant ID )/i,
    verdict: setup('the tenant is not accepted; check `tenant` (X-Scope-OrgID)'),
  },
  { status: is(400), text: /message size \d+ exceeds limit|larger than max \(/, verdict: split },
  { status: is(400), verdict: badRequest },
  { status: is(401), verdict: setup('Loki wants other credentials; check basic auth, bearer token and tenant') },
  { status: is(403), verdict: setup('not allowed; check the credentials and their rights, and `tenant`') },
  { status: is(404), verdict: setup('nothing there; check the path in the URL (it ends before /loki/api/v1/push)') },
  { status: is(407), verdict: setup('the proxy wants credentials') },
  { status: is(408, 425), verdict: retry('server') },
  { status: is(413), verdict: split },
  {
    status: is(422),
    verdict: ({ status }, reason) => ({ kind: 'rejected', status, code: 'bad_entry', reason, stored: 'none' }),
  },
  {
    status: is(429),
    text: /per stream rate limit exceeded|maximum active stream limit|total ignored: \d/i,
    verdict: retry('stream'),
  },
  { status: is(429), verdict: rateLimited },
  { status: between(400, 499), verdict: setup('an answer that Loki does not give; check the URL and any proxy') },
  { status: between(500, 599), text: /larger than max|ResourceExhausted|message too large/i, verdict: split },
  // A metadata name of nothing but odd characters fails the whole push for ever (prometheus/otlptranslator), and so does a
  // time before the first of Loki's schema_config.
  {
    status: between(500, 599),
    text: /label name is empty|normalization for label name|no schema config found for time/,
    verdict: ({ status }, reason) => ({ kind: 'rejected', status, code: 'bad_entry', reason, stored: 'none' }),
  },
  {
    status: is(500),
    verdict: ({ body }, reason) => ({ kind: 'retry', cause: 'server', reason, suspect: body.replace(/\d+/g, '#') }),
  },
  { status: between(500, 599), verdict: retry('server') },
]

function blocked({ status, body }: { status: number; body: string }, reason: string): Verdict {
  // Blocking by policy refuses some streams and stores the others.
  return { kind: 'rejected', status, code: 'blocked', reason, stored: /\(policy: '/.test(body) ? 'unknown' : 'none' }
}

function redirect(reply: { location: string | undefined }, said: string): Verdict {
  const to = reply.location === undefined ? '' : ` to ${reply.location.slice(0, 200)}`
  return setup(`redirects${to} are not followed, credentials would go along; put the final URL into the configuration`)(
    undefined,
    said,
  )
}

function badRequest(reply: Reply & { kind: 'answer' }, reason: string): Verdict {
  const { status, body, isCut, date: lokiNow } = reply
  const findings = parseFindings(body, isCut)
  if (findings.findings.length === 0) return { kind: 'rejected', status, code: 'bad_entry', reason, stored: 'unknown' }
  const code = findings.findings[0]!.kind
  return { kind: 'rejected', status, code, reason, stored: 'rest', findings, lokiNow }
}

const RATE = /limit: (\d{1,15}) bytes\/sec\) while attempting to ingest '\d{1,15}' lines totaling '(\d{1,15})' bytes/

function rateLimited({ body }: { body: string }, reason: string): Verdict {
  const [, limit, total] = RATE.exec(body) ?? []
  return { kind: 'retry', cause: 'rate', reason, isOverRate: limit !== undefined && Number(total) > Number(limit) }
}

/** A certificate that is not trusted does not become so by waiting. */
const TLS_FAULT = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|^ERR_(SSL|TLS)|^EPROTO/

function failureVerdict({ code, message }: { code: string; message: string }): Verdict {
  const reason = `${readable(message)} (${code})`
  if (!TLS_FAULT.test(code)) return { kind: 'retry', cause: 'network', reason }
  return {
    kind: 'retry',
    cause: 'setup',
    reason: `${reason}: check the URL's scheme, and loki.tls.ca_file (LOKI_CA_CERT)`,
  }
}

/** OpenSSL says where in its source it was: "write EPROTO 802C…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…". */
const OPENSSL =
  /(?:write )?EPROTO [\dA-F]{1,32}:error:[\dA-F]{1,16}:SSL routines:[^:]{0,80}:([^:\n]{1,80}):[^\n]{0,300}\n?/

function readable(message: string): string {
  return message.replace(OPENSSL, (_, fault: string) =>
    fault === 'wrong version number'
      ? 'what listens there speaks no TLS: http:// instead of https://?'
      : `TLS: ${fault}`,
  )
}

function unknownVerdict(_: unknown, said: string): Verdict {
  return setup('not an answer of Loki')(undefined, said)
}

function isWebPage(reply: { contentType: string; body: string }): boolean {
  return reply.contentType.startsWith('text/html') || /^\s*<(!doctype|html)/i.test(reply.body)
}

function firstLine(body: string): string {
  const end = body.search(/[\r\n]/)
  return (end < 0 ? body : body.slice(0, end)).slice(0, 500)
}
