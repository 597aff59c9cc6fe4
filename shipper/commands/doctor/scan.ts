/** Rules over the stream: whether all of them are in force, and whether what they find can be kept and told. */
import { join } from 'node:path'
import type { Config, ScanConfig } from '../../config.ts'
import { LongshipError } from '../../errors.ts'
import { makeSnapshot, type StoredRule } from '../../scan/snapshot.ts'
import { MIN_KEY_LENGTH } from '../../triggers/seal.ts'
import { configuredRules } from '../scanning/rules.ts'
import { checkWritable } from './files.ts'
import type { Finding } from './finding.ts'

/** `secretKey`: LONGSHIP_SECRET_KEY. */
export function* checkScan({ scan }: Config, secretKey: string | undefined): Generator<Finding> {
  if (scan === undefined) return
  yield* checkRules(scan)
  yield checkWritable('scan.folder', join(scan.folder, 'rules.json'))
  if (secretKey !== undefined && secretKey.length < MIN_KEY_LENGTH) {
    const message = `LONGSHIP_SECRET_KEY is too short: ${MIN_KEY_LENGTH} characters at least; openssl rand -base64 32 makes one`
    yield { check: 'triggers', status: 'fail', message }
  }
}

function* checkRules(scan: ScanConfig): Generator<Finding> {
  const check = 'scan.rules'
  let stored: readonly StoredRule[]
  try {
    stored = configuredRules(scan, 'longship.yaml')
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    for (const message of error.message.split('\n')) yield { check, status: 'fail', message }
    return
  }
  const { views, live } = makeSnapshot(1, stored)
  for (const { name, file, error } of views) {
    if (error !== undefined)
      yield { check, status: 'fail', message: `${file}: ${JSON.stringify(name)} is left out: ${error}` }
  }
  yield {
    check,
    status: 'ok',
    message: `${live.length} of ${views.length} rules are in force, without those of the API`,
  }
}
