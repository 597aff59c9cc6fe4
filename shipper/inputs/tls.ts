/**
 * TLS of what listens: a certificate, its key, and whose certificates senders must have. The files are looked at every minute,
 * since certificates are renewed while Longship runs; what cannot be used then is said, and the old one stays.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { LongshipError } from '../errors.ts'

export interface TlsFiles {
  readonly cert_file: string
  readonly key_file: string
  /** Undefined: senders need no certificate. */
  readonly client_ca_file: string | undefined
}

const LOOK_MS = 60_000
/** A sender that connects and says nothing holds a place for so long. */
const HANDSHAKE_MS = 10_000

/** Throws a LongshipError that names the file. `what`: inputs.push.tls. */
export function tlsOptions(files: TlsFiles, what: string): TlsOptions {
  const asksClients = files.client_ca_file !== undefined
  return {
    ...read(files, what),
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
    requestCert: asksClients,
    rejectUnauthorized: asksClients,
  }
}

export interface Renewed {
  setSecureContext(options: SecureContextOptions): void
}

type Tell = (where: string, message: string) => void

/** Returns how to stop looking. `tell`: once for each file that cannot be used. */
export function renew(server: Renewed, files: TlsFiles, what: string, tell: Tell, ms = LOOK_MS): () => void {
  let used = textOf(files)
  const timer = setInterval(() => {
    const now = textOf(files)
    if (now === used) return
    used = now
    try {
      server.setSecureContext(read(files, what))
    } catch (error) {
      tell(what, `${(error as Error).message}; the certificate of before stays in use`)
    }
  }, ms)
  timer.unref()
  return () => clearInterval(timer)
}

/** What would be read now; undefined while a file is away. */
function textOf({ cert_file, key_file, client_ca_file = cert_file }: TlsFiles): string | undefined {
  try {
    return [cert_file, key_file, client_ca_file].map((path) => readFileSync(path, 'latin1')).join('\0')
  } catch {
    return undefined
  }
}

function read({ cert_file, key_file, client_ca_file }: TlsFiles, what: string): SecureContextOptions {
  const options = {
    cert: readPem('cert_file', cert_file, what),
    key: readPem('key_file', key_file, what),
    ...(client_ca_file === undefined ? {} : { ca: readPem('client_ca_file', client_ca_file, what) }),
  }
  try {
    createSecureContext(options)
  } catch (error) {
    const files = Object.values({ cert_file, key_file, client_ca_file }).filter((path) => path !== undefined)
    throw new LongshipError('config', `${what} cannot be used (${files.join(', ')}): ${(error as Error).message}`)
  }
  return options
}

function readPem(name: string, path: string, what: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new LongshipError('config', `${what}.${name} cannot be read: ${(error as Error).message}`)
  }
}
