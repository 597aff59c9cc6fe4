/** The Docker Engine's API over its socket, as much as following logs needs. Reads only. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { textOf } from '../sources/answer.ts'
import { within } from '../terms/within.ts'

export interface Listed {
  readonly id: string
  readonly isRunning: boolean
}

export interface Inspected {
  /** Without the slash that Docker puts before it. */
  readonly name: string
  readonly labels: ReadonlyMap<string, unknown>
}

/** Every method rejects when the daemon is away or answers with an error; `message` says which. */
export interface DockerApi {
  /** Running containers, and those that have ended and are not removed. */
  list(signal: AbortSignal): Promise<Listed[]>
  inspect(id: string, signal: AbortSignal): Promise<Inspected>
  /** Bytes as Docker sends them, until the container ends. `since`: Unix seconds with a fraction, '0' for all. */
  logs(id: string, since: string, signal: AbortSignal): Promise<IncomingMessage>
  /** Something happens to a container whenever bytes come. */
  events(signal: AbortSignal): Promise<IncomingMessage>
}

const ANSWER_MS = 10_000
const ID = /^[0-9a-f]{12,64}$/
const LIFE = JSON.stringify({ type: ['container'], event: ['start', 'die', 'destroy'] })

export function dockerApi(socketPath: string): DockerApi {
  // Without a version: newer daemons refuse old ones, and what is asked for here is in all of them.
  const open = (path: string, signal: AbortSignal) => get(socketPath, path, signal)
  const json = (path: string, signal: AbortSignal): Promise<unknown> =>
    within(ANSWER_MS, signal, async (timed) => JSON.parse(await textOf(await open(path, timed))))
  return {
    async list(signal) {
      const listed = await json('/containers/json?all=1', signal)
      return Array.isArray(listed) ? listed.flatMap(listedOf) : []
    },
    inspect: async (id, signal) => inspectedOf(id, await json(`/containers/${id}/json`, signal)),
    logs: (id, since, signal) =>
      open(`/containers/${id}/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=${since}`, signal),
    events: (signal) => open(`/events?filters=${encodeURIComponent(LIFE)}`, signal),
  }
}

function listedOf(value: { Id?: unknown; State?: unknown } | null): Listed[] {
  const id = value?.Id
  return typeof id === 'string' && ID.test(id) ? [{ id, isRunning: value?.State === 'running' }] : []
}

function inspectedOf(id: string, value: unknown): Inspected {
  const { Name: name, Config: config } = (value ?? {}) as { Name?: unknown; Config?: { Labels?: object | null } }
  return {
    name: typeof name === 'string' ? name.replace(/^\//, '') : id.slice(0, 12),
    labels: new Map(Object.entries(config?.Labels ?? {})),
  }
}

function get(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request({ socketPath, path, signal, headers: { host: 'docker' } }, (answer) => {
      answer.on('error', () => {})
      clearTimeout(timer)
      if (answer.statusCode === 200) return resolve(answer)
      textOf(answer).then(
        (text) => reject(new Error(`${path.split('?')[0]} answered ${answer.statusCode}: ${text.slice(0, 200)}`)),
        reject,
      )
    })
    // Until the headers come; a followed log may then be silent for days.
    const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS)
    asked.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    asked.end()
  })
}
