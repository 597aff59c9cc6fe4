/** A sender's labels or attributes → where its lines come from, by the names that shippers use; the rest stays labels. */
import type { RuntimePlace } from '../record.ts'
import type { EntryPlace } from '../spool/entry.ts'
import { readLevel } from '../terms/level.ts'

type Part = 'service' | 'node' | 'env' | 'host' | 'level'

/** The best name first. */
const NAMES: Readonly<Record<Part, readonly string[]>> = {
  service: ['service', 'service_name', 'app_kubernetes_io_name', 'app', 'container', 'container_name', 'job'],
  node: ['node', 'service_instance_id', 'k8s_pod_name', 'pod', 'instance', 'component'],
  env: ['env', 'environment', 'deployment_environment_name', 'deployment_environment'],
  host: ['host', 'hostname', 'host_name', 'nodename'],
  level: ['level', 'detected_level', 'severity_text', 'severity'],
}

/** Said in full by the record's own field of the same name, or made by Loki itself of another label. */
const OWN = new Set(['service', 'node', 'env', 'level', 'service_name', 'detected_level'])

/** `labels`: names as Loki writes them, letters, digits and _. */
export function placeOf(input: string, labels: readonly (readonly [name: string, value: string])[]): EntryPlace {
  const all = new Map(labels.filter(([, value]) => value !== ''))
  const around: { -readonly [part in keyof RuntimePlace]: RuntimePlace[part] } = { service: input }
  for (const part of ['service', 'node', 'env', 'host'] as const) {
    const name = NAMES[part].find((each) => all.has(each))
    if (name !== undefined) around[part] = all.get(name)
  }
  const level = NAMES.level.find((each) => all.has(each))
  const read = level === undefined ? undefined : readLevel(all.get(level) as string)
  if (read !== undefined) around.level = read.level
  return { input, around, labels: [...all].filter(([name]) => !OWN.has(name)) }
}
