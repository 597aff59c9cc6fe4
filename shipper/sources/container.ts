/** What the path of a container's log file, and the file beside it, say about who wrote it. */
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface Container {
  readonly service: string
  /** Kubernetes: the pod. */
  readonly pod: string | undefined
  readonly fields: ReadonlyMap<string, string>
}

/** /var/log/pods/<namespace>_<pod>_<uid>/<container>/<restart>.log */
const POD_PATH = /\/pods\/([a-z0-9-]+)_([a-z0-9.-]+)_[0-9a-f-]{16,64}\/([a-z0-9-]+)\/\d+\.log[^/]*$/

/** /var/log/containers/<pod>_<namespace>_<container>-<id>.log */
const CONTAINER_PATH = /\/containers\/([a-z0-9.-]+)_([a-z0-9-]+)_([a-z0-9-]+)-[0-9a-f]{64}\.log$/

/** /var/lib/docker/containers/<id>/<id>-json.log[.1] */
const DOCKER_PATH = /\/containers\/([0-9a-f]{64})\/\1-json\.log(?:\.\d+)?$/

/** Docker keeps a container's configuration beside its log; larger ones are not read. */
const MAX_CONFIG_BYTES = 1024 * 1024

/** The container that writes this file, or undefined when the path is none of a container runtime's. */
export function containerOf(path: string, readFile: (path: string) => string = readText): Container | undefined {
  const pod = POD_PATH.exec(path)
  if (pod) return kubernetes(pod[1], pod[2], pod[3])
  const link = CONTAINER_PATH.exec(path)
  if (link) return kubernetes(link[2], link[1], link[3])
  return DOCKER_PATH.test(path) ? docker(path, readFile) : undefined
}

function kubernetes(namespace: string, pod: string, container: string): Container {
  return {
    service: container,
    pod,
    fields: new Map([
      ['namespace', namespace],
      ['pod', pod],
    ]),
  }
}

/** The compose service when there is one, else the container's name. */
export function dockerContainer(name: string, labels: ReadonlyMap<string, unknown>): Container {
  const service = labels.get('com.docker.compose.service')
  const fields = new Map([['container', name]])
  const project = labels.get('com.docker.compose.project')
  if (typeof project === 'string') fields.set('compose_project', project)
  return { service: typeof service === 'string' ? service : name, pod: undefined, fields }
}

function docker(path: string, readFile: (path: string) => string): Container | undefined {
  try {
    const config = JSON.parse(readFile(`${dirname(path)}/config.v2.json`)) as {
      Name?: unknown
      Config?: { Labels?: Record<string, unknown> }
    }
    const name = typeof config.Name === 'string' ? config.Name.replace(/^\//, '') : basename(dirname(path)).slice(0, 12)
    return dockerContainer(name, new Map(Object.entries(config.Config?.Labels ?? {})))
  } catch {
    return undefined
  }
}

function readText(path: string): string {
  const text = readFileSync(path, 'utf8')
  return text.length > MAX_CONFIG_BYTES ? '' : text
}
