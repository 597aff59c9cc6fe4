/** What the API says of a pod → what its records get. Values that Kubernetes itself would refuse are not taken. */
import type { Container } from '../sources/container.ts'

export interface Pod {
  /** podKey() */
  readonly key: string
  /** Deployment, StatefulSet, DaemonSet, Job …; undefined for a pod that nothing made. */
  readonly owner: string | undefined
  /** Those that are wanted, by the label's own name. */
  readonly labels: ReadonlyMap<string, string>
}

/** A label that records get, and the field it becomes. */
export interface AllowedLabel {
  readonly label: string
  readonly field: string
}

/** The application's name, the first that a pod has: what Kubernetes recommends, and what most wrote before. */
export const SERVICE_LABELS = ['app.kubernetes.io/name', 'app'] as const

/** Of a ReplicaSet's pods: what follows the Deployment's name in the ReplicaSet's. */
const HASH_LABEL = 'pod-template-hash'

/** RFC 1123 subdomain: names of pods and of what owns them. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/

const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/

export function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** `item`: an element of a PodList or PartialObjectMetadataList. Undefined when it does not say which pod it is. */
export function readPod(item: unknown, wanted: ReadonlySet<string>): Pod | undefined {
  const metadata = objectOf(objectOf(item)['metadata'])
  const namespace = matching(NAME, metadata['namespace'])
  const name = matching(NAME, metadata['name'])
  if (namespace === undefined || name === undefined) return undefined
  const all = new Map(Object.entries(objectOf(metadata['labels'])))
  const labels = new Map<string, string>()
  for (const label of wanted) {
    const value = matching(LABEL_VALUE, all.get(label))
    if (value !== undefined) labels.set(label, value)
  }
  return { key: podKey(namespace, name), owner: ownerOf(metadata['ownerReferences'], all.get(HASH_LABEL)), labels }
}

/** A pod's file: the path's fields stay, `pod` adds to them; undefined when the API does not know it. */
export function describeContainer(path: Container, pod: Pod | undefined, allowed: readonly AllowedLabel[]): Container {
  const fields = new Map(path.fields).set('container', path.service)
  if (pod === undefined) return { ...path, fields }
  if (pod.owner !== undefined) fields.set('owner', pod.owner)
  for (const { label, field } of allowed) {
    const value = pod.labels.get(label)
    if (value !== undefined) fields.set(field, value)
  }
  const named = SERVICE_LABELS.find((label) => pod.labels.has(label))
  return { ...path, service: (named && pod.labels.get(named)) ?? path.service, fields }
}

function ownerOf(references: unknown, hash: unknown): string | undefined {
  const owners = Array.isArray(references) ? references.map(objectOf) : []
  const { kind, name } = owners.find(({ controller }) => controller === true) ?? owners[0] ?? {}
  const owner = matching(NAME, name)
  // A static pod belongs to its node, which is no application.
  if (owner === undefined || kind === 'Node') return undefined
  const suffix = `-${hash}`
  const isMade = kind === 'ReplicaSet' && typeof hash === 'string' && hash !== '' && owner.endsWith(suffix)
  return isMade ? matching(NAME, owner.slice(0, -suffix.length)) : owner
}

function matching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
