/** The parts `inputs` and `spool` of the configuration. */

import { type Problem, pathText } from '../schema-fault.ts'
import { isLoopbackHost } from '../terms/loopback.ts'
import { durationMs, sizeBytes } from '../terms/units.ts'
import { boundedSize, type Raw, type Report } from './raw.ts'
import type { Address, Config, InputsConfig, ListenTls } from './shape.ts'
import { tokenOf } from './token.ts'

/** A message is held in memory for each connection. */
const MAX_MESSAGE_BYTES = 1024 * 1024
const MAX_BODY_BYTES = 64 * 1024 * 1024
/** Logs are text and fold well, but a body must not unfold to anything. */
const MAX_UNFOLDING = 4
/** Room for segments that are written, read and deleted. */
const MIN_SPOOL_BYTES = 16 * 1024 * 1024

export function inputsOf(raw: Raw, readFile: (path: string) => string, report: Report): InputsConfig {
  return {
    syslog: raw.syslog && syslogOf(raw.syslog, report),
    push: raw.push && pushOf(raw.push, readFile, report),
    docker: raw.docker && { socket: raw.docker.socket, from: raw.docker.from },
  }
}

function syslogOf(raw: Raw, report: Report): InputsConfig['syslog'] {
  const path = ['inputs', 'syslog']
  if (raw.tcp === undefined && raw.udp === undefined) {
    report(path, 'inputs.syslog needs "tcp" or "udp", or both: tcp: 127.0.0.1:5514')
  } else if (raw.tls !== undefined && raw.tcp === undefined) {
    report([...path, 'tls'], 'inputs.syslog.tls is for "tcp", which is not given: tcp: 0.0.0.0:6514')
  }
  return {
    tcp: raw.tcp && addressOf(raw.tcp, [...path, 'tcp'], report),
    udp: raw.udp && addressOf(raw.udp, [...path, 'udp'], report),
    max_connections: raw.max_connections,
    max_message_bytes: boundedSize(raw.max_message_bytes, [...path, 'max_message_bytes'], MAX_MESSAGE_BYTES, report),
    idle_timeout_ms: durationMs(raw.idle_timeout),
    tls: tlsOf(raw.tls),
  }
}

function tlsOf(raw: Raw | undefined): ListenTls | undefined {
  return raw && { cert_file: raw.cert_file, key_file: raw.key_file, client_ca_file: raw.client_ca_file }
}

function pushOf(raw: Raw, readFile: (path: string) => string, report: Report): InputsConfig['push'] {
  const path = ['inputs', 'push']
  const listen = addressOf(raw.listen, [...path, 'listen'], report) ?? { host: '127.0.0.1', port: 0 }
  const token = tokenOf(raw, path, readFile, report)
  const tls = tlsOf(raw.tls)
  if (token === undefined && tls?.client_ca_file === undefined && !isLoopbackHost(listen.host)) {
    const fix = 'give bearer_token or bearer_token_file (or tls.client_ca_file), or listen on 127.0.0.1'
    report([...path, 'listen'], `inputs.push.listen is ${JSON.stringify(raw.listen)}, open to others: ${fix}.`)
  }
  const bytes = boundedSize(raw.max_body_bytes, [...path, 'max_body_bytes'], MAX_BODY_BYTES, report)
  return { listen, bearer_token: token, max_body_bytes: bytes, max_unpacked_bytes: bytes * MAX_UNFOLDING, tls }
}

export function spoolOf(raw: Raw, report: Report): Config['spool'] {
  const bytes = sizeBytes(raw.max_bytes)
  if (bytes < MIN_SPOOL_BYTES) {
    report(['spool', 'max_bytes'], `spool.max_bytes must be at least 16MiB, got ${JSON.stringify(raw.max_bytes)}.`)
  }
  return { folder: raw.folder, max_bytes: bytes }
}

/** host:port; without a host: every address of this machine. */
export function addressOf(text: string, path: Problem['path'], report: Report): Address | undefined {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (port > 65_535) return report(path, `${pathText(path)} must have a port up to 65535, got ${port}.`)
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, '') || '0.0.0.0', port }
}
