/** The part `kubernetes` of the configuration; what it leaves out, a pod's environment says. */

import { isLoopbackHost } from '../terms/loopback.ts'
import type { Env } from './environment.ts'
import type { Raw, Report } from './raw.ts'
import type { KubernetesConfig } from './shape.ts'

/** undefined: off. */
export function kubernetesOf(raw: Raw, env: Env, report: Report): KubernetesConfig | undefined {
  if (!raw.pods) return undefined
  const node = raw.node ?? (env['NODE_NAME'] || undefined)
  if (node === undefined) {
    report(['kubernetes', 'pods'], 'kubernetes.pods needs the node: kubernetes.node, or NODE_NAME in the environment.')
  }
  const labels = labelsOf(raw.labels, report)
  const api = apiOf(raw.api, env, report)
  return { api, node: node ?? '', labels, token_file: raw.token_file, ca_file: raw.ca_file }
}

function labelsOf(names: readonly string[], report: Report): KubernetesConfig['labels'] {
  const byField = new Map<string, string>()
  for (const [index, label] of names.entries()) {
    const field = fieldOf(label)
    const other = byField.get(field)
    if (other !== undefined) {
      const message = `kubernetes.labels: ${other} and ${label} would be one field, ${field}; take one out.`
      report(['kubernetes', 'labels', index], message)
    }
    byField.set(field, label)
  }
  return [...byField].map(([field, label]) => ({ label, field }))
}

/** app.kubernetes.io/name → label_app_kubernetes_io_name, as kube-state-metrics writes it. */
function fieldOf(label: string): string {
  return `label_${label.replace(/[^A-Za-z0-9]/g, '_')}`
}

/** Without a slash at the end. */
function apiOf(text: string | undefined, env: Env, report: Report): string {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT'] || '443'
  if (text === undefined && !host) {
    report(
      ['kubernetes', 'pods'],
      'kubernetes.pods needs the API: kubernetes.api, or KUBERNETES_SERVICE_HOST in the environment, as every pod has it.',
    )
    return ''
  }
  const path = ['kubernetes', 'api']
  try {
    const url = new URL(text ?? `https://${host?.includes(':') ? `[${host}]` : host}:${port}`)
    if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ''))) {
      report(path, 'kubernetes.api must be https:// beyond loopback: a token goes with each request.')
    }
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
  } catch {
    report(path, 'kubernetes.api cannot be read as a URL. Write https://host:6443')
    return ''
  }
}
