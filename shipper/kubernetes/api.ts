/** The Kubernetes API, as much as knowing a node's pods needs: one list, of metadata alone. Reads only. */
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { textOf } from '../sources/answer.ts'
import { within } from '../terms/within.ts'

export interface Page {
  /** As they came: nothing of them is checked. */
  readonly items: readonly unknown[]
  /** What the next page is asked for with; '' when there is none. */
  readonly next: string
}

export interface PodsApi {
  /** Rejects when the server is away, refuses or answers something else; `message` says which. `next` '': from the first page. */
  page(next: string, signal: AbortSignal): Promise<Page>
}

export interface ApiOptions {
  /** https://host:port, or http on loopback. */
  readonly url: string
  readonly node: string
  /** Both are read at each request: they rotate while the pod lives. */
  readonly tokenFile: string
  readonly caFile: string
}

const ANSWER_MS = 10_000
const PAGE_PODS = 500

/** Names, labels and owners. What containers are started with, and what stands in their environment, is not even sent. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

const ADVICE = new Map([
  [401, 'the token is not taken (kubernetes.token_file)'],
  [403, 'the service account may not list pods: it needs a ClusterRole with list of pods'],
])

export function podsApi(options: ApiOptions): PodsApi {
  return {
    async page(next, signal) {
      const path = `/api/v1/pods?${queryOf(options.node, next)}`
      return within(ANSWER_MS, signal, async (timed) => {
        try {
          return pageOf(JSON.parse(await get(options, path, timed)))
        } catch (error) {
          throw timed.aborted && !signal.aborted ? new Error(`no answer within ${ANSWER_MS} ms`) : error
        }
      })
    },
  }
}

function queryOf(node: string, next: string): URLSearchParams {
  const query = new URLSearchParams({ fieldSelector: `spec.nodeName=${node}`, limit: String(PAGE_PODS) })
  // From the server's memory, not from etcd, which a thousand nodes would feel. A next page has its version in its token.
  if (next === '') query.set('resourceVersion', '0')
  else query.set('continue', next)
  return query
}

function pageOf(answer: unknown): Page {
  const { items, metadata } = (answer ?? {}) as { items?: unknown; metadata?: { continue?: unknown } | null }
  if (!Array.isArray(items)) throw new Error('the answer is no list of pods')
  const next = metadata?.continue
  return { items, next: typeof next === 'string' ? next : '' }
}

async function get({ url, tokenFile, caFile }: ApiOptions, path: string, signal: AbortSignal): Promise<string> {
  const headers = { accept: METADATA, authorization: `Bearer ${read('token_file', tokenFile).trim()}` }
  // A connection for each request: the next may have another token and another certificate authority.
  const options = { signal, headers, agent: false as const }
  const target = new URL(`${url}${path}`)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked =
      target.protocol === 'https:'
        ? requestHttps(target, { ...options, ca: read('ca_file', caFile) }, resolve)
        : requestHttp(target, options, resolve)
    asked.on('error', reject)
    asked.end()
  })
  if (answer.statusCode === 200) return textOf(answer)
  answer.on('error', () => {})
  answer.destroy()
  const advice = ADVICE.get(answer.statusCode as number)
  throw new Error(`it answered ${answer.statusCode}${advice === undefined ? '' : `: ${advice}`}`)
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`kubernetes.${name} cannot be read: ${(error as Error).message}`)
  }
}
