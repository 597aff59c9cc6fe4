/** Secrets at rest: AES-256-GCM with a key made from the operator's (scrypt), each text under its own random nonce. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'

export interface Vault {
  /** `context` is not kept, but the text opens in the same context only: it cannot be moved elsewhere in the file. */
  seal(text: string, context: string): string
  /** undefined: sealed with another key, in another context, or changed since. */
  open(sealed: string, context: string): string | undefined
}

/** Shorter keys can be guessed once the file is stolen. */
export const MIN_KEY_LENGTH = 16
export const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** 32 MiB and about a tenth of a second, once: what a guess costs as well. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** The key is made when it is first needed. */
export function createVault(secretKey: string, salt: Uint8Array): Vault {
  let made: Buffer | undefined
  const key = () => (made ??= scryptSync(secretKey, salt, 32, COST))
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key(), nonce).setAAD(Buffer.from(context))
      const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${bytes.toString('base64url')}`
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.slice('v1.'.length), 'base64url')
      if (!sealed.startsWith('v1.') || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      const options = { authTagLength: TAG_BYTES }
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, NONCE_BYTES), options)
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

export function newSalt(): Buffer {
  return randomBytes(SALT_BYTES)
}
