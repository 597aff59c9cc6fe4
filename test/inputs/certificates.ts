/** Certificates as files, for what is configured with their paths. Each signs itself, so it is its own authority. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { selfSigned } from '../kubernetes/certificate.ts'

export interface CertificateFiles {
  readonly cert_file: string
  readonly key_file: string
  readonly cert: string
  readonly key: string
}

const folder = mkdtempSync(join(tmpdir(), 'longship-tls-'))
after(() => rmSync(folder, { recursive: true }))

/** Of 127.0.0.1. */
export function certificate(name: string): CertificateFiles {
  const { cert, key } = selfSigned()
  return { cert_file: fileOf(`${name}.crt`, cert), key_file: fileOf(`${name}.key`, key), cert, key }
}

/** A file of its own with these contents. */
export function fileOf(name: string, contents: string): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}
