/** What inputs need: addresses that are free, certificates that are valid, a spool that can be written, a Docker socket that answers. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Address, Config } from '../../config.ts'
import { dockerApi } from '../../docker/api.ts'
import { type TlsFiles, tlsOptions } from '../../inputs/tls.ts'
import { isLoopbackHost } from '../../terms/loopback.ts'
import { checkWritable } from './files.ts'
import type { Finding } from './finding.ts'

export async function* checkInputs({ inputs, spool }: Config): AsyncGenerator<Finding> {
  const { syslog, push, docker } = inputs
  if (syslog?.tcp !== undefined) {
    yield await checkAddress('inputs.syslog.tcp', syslog.tcp)
    if (syslog.tls?.client_ca_file === undefined) yield* checkOpen('inputs.syslog.tcp', syslog.tcp)
  }
  if (syslog?.tls !== undefined) yield checkTls('inputs.syslog.tls', syslog.tls)
  if (syslog?.udp !== undefined) yield* checkOpen('inputs.syslog.udp', syslog.udp)
  if (push !== undefined) yield await checkAddress('inputs.push', push.listen)
  if (push?.tls !== undefined) yield checkTls('inputs.push.tls', push.tls)
  if (syslog !== undefined || push !== undefined) yield checkSpool(spool)
  if (docker !== undefined) yield await checkDocker(docker.socket)
}

function* checkOpen(check: string, address: Address): Generator<Finding> {
  if (isLoopbackHost(address.host)) return
  const message = `${address.host}:${address.port} is open to others, and syslog asks nobody who they are: keep it behind a firewall`
  yield { check, status: 'warn', message }
}

const DAY_MS = 86_400_000
/** Renewed certificates are usually there a month before. */
const SOON_DAYS = 14

function checkTls(check: string, files: TlsFiles): Finding {
  try {
    tlsOptions(files, check)
    const { validTo } = new X509Certificate(readFileSync(files.cert_file))
    const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS)
    if (days < 0) return { check, status: 'fail', message: `${files.cert_file} is valid no longer, since ${validTo}` }
    const message = `${files.cert_file} is valid for ${days} days more`
    return { check, status: days < SOON_DAYS ? 'warn' : 'ok', message }
  } catch (error) {
    return { check, status: 'fail', message: (error as Error).message }
  }
}

/** Listens for a moment. */
async function checkAddress(check: string, { host, port }: Address): Promise<Finding> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return { check, status: 'ok', message: `${host}:${port} can be listened on` }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isTaken = code === 'EADDRINUSE'
    const message = isTaken ? 'is taken; perhaps Longship runs already' : `cannot be listened on: ${code}`
    return { check, status: isTaken ? 'warn' : 'fail', message: `${host}:${port} ${message}` }
  } finally {
    server.close()
  }
}

function checkSpool({ folder, max_bytes }: Config['spool']): Finding {
  const check = 'spool'
  const writable = checkWritable(check, `${folder}/0.spool`)
  if (writable.status !== 'ok') return writable
  const free = freeBytes(resolve(folder))
  if (free >= max_bytes) return { check, status: 'ok', message: `${folder} can be written and has room` }
  const message = `${folder} has ${Math.floor(free / 2 ** 20)} MiB left, less than spool.max_bytes: what arrives is refused when the disk is full`
  return { check, status: 'warn', message }
}

/** Of the folder's file system, or of the nearest folder above it that exists. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return dirname(folder) === folder ? Number.POSITIVE_INFINITY : freeBytes(dirname(folder))
  }
}

async function checkDocker(socket: string): Promise<Finding> {
  const check = 'inputs.docker'
  try {
    const containers = await dockerApi(socket).list(AbortSignal.timeout(5000))
    return { check, status: 'ok', message: `${socket} answers: ${containers.length} containers` }
  } catch (error) {
    const message = `${socket} does not answer: ${(error as Error).message}; is the daemon running, and may this user open its socket?`
    return { check, status: 'fail', message }
  }
}
