/** Certificates for tests, made by openssl as they are needed; undefined where there is none. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  readonly cert_file: string
  readonly key_file: string
  readonly cert: Buffer
  readonly key: Buffer
}

const folder = mkdtempSync(join(tmpdir(), 'longship-tls-'))

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' })
}

/** Signed by `authority`, or by itself. */
export function certificate(name: string, authority?: Certificate): Certificate {
  const cert_file = join(folder, `${name}.crt`)
  const key_file = join(folder, `${name}.key`)
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key_file]
  const subject = ['-subj', `/CN=${name}`]
  if (authority === undefined) {
    openssl(
      'req',
      '-x509',
      ...made,
      '-out',
      cert_file,
      '-days',
      '2',
      ...subject,
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    )
  } else {
    const request = join(folder, `${name}.csr`)
    openssl('req', ...made, '-out', request, ...subject)
    const by = ['-CA', authority.cert_file, '-CAkey', authority.key_file, '-CAcreateserial']
    openssl('x509', '-req', '-in', request, ...by, '-out', cert_file, '-days', '2')
  }
  return { cert_file, key_file, cert: readFileSync(cert_file), key: readFileSync(key_file) }
}

/** A file of its own with these contents. */
export function fileOf(name: string, contents: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}
