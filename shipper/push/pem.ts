/** Certificates and keys of `loki.tls`, checked at the start: what Node says of a wrong one comes late and names no file. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { LongshipError } from '../errors.ts'

const CERTIFICATE = {
  what: 'certificate',
  begins: /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/,
  example: '-----BEGIN CERTIFICATE-----',
}

const KINDS = {
  ca: CERTIFICATE,
  cert: CERTIFICATE,
  key: {
    what: 'private key',
    begins: /-----BEGIN (?:[A-Z0-9]{1,16} ){0,2}PRIVATE KEY-----/,
    example: '-----BEGIN PRIVATE KEY-----',
  },
} as const

/** `value`: PEM text, or the path of a file that holds it. Throws LongshipError('config') for what cannot be used. */
export function readPem(name: keyof typeof KINDS, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const isText = value.includes('-----BEGIN')
  const where = isText ? `loki.tls.${name}` : `loki.tls.${name}_file ${value}`
  const text = isText ? value : read(where, value)
  const { what, begins, example } = KINDS[name]
  if (!begins.test(text)) {
    throw new LongshipError('config', `${where} must hold a ${what} in PEM (${example}), got ${describe(text)}`)
  }
  try {
    createSecureContext({ [name]: text })
  } catch (error) {
    throw new LongshipError('config', `${where} holds no ${what} that can be used: ${(error as Error).message}`)
  }
  return text
}

function read(where: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new LongshipError('config', `${where} cannot be read: ${(error as Error).message}`)
  }
}

/** What a file is, without showing what may be secret in it. */
function describe(text: string): string {
  if (text.trim() === '') return 'an empty file'
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1]
  if (label !== undefined) return `a ${label.toLowerCase()}`
  return text.includes('\ufffd') ? 'binary data (for DER: openssl x509 -inform der -in FILE)' : 'other text'
}
