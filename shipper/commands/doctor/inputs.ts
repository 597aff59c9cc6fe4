/** What inputs need: addresses that are free, a spool that can be written, a Docker socket that answers. */
import { once } from 'node:events'
import { statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Address, Config } from '../../config.ts'
import { dockerApi } from '../../docker/api.ts'
import { isLoopbackHost } from '../../terms/loopback.ts'
import { checkWritable } from './files.ts'
import type { Finding } from './finding.ts'

export async function* checkInputs({ inputs, spool }: Config): AsyncGenerator<Finding> {
  const { syslog, push, docker } = inputs
  if (syslog?.tcp !== undefined) yield* checkSyslog('inputs.syslog.tcp', syslog.tcp, true)
  if (syslog?.udp !== undefined) yield* checkSyslog('inputs.syslog.udp', syslog.udp, false)
  if (push !== undefined) yield await checkAddress('inputs.push', push.listen)
  if (syslog !== undefined || push !== undefined) yield checkSpool(spool)
  if (docker !== undefined) yield await checkDocker(docker.socket)
}

async function* checkSyslog(check: string, address: Address, isTcp: boolean): AsyncGenerator<Finding> {
  if (isTcp) yield await checkAddress(check, address)
  if (isLoopbackHost(address.host)) return
  const message = `${address.host}:${address.port} is open to others, and syslog asks nobody who they are: keep it behind a firewall`
  yield { check, status: 'warn', message }
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
