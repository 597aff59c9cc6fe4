/** Whether the Kubernetes API says which pods are on this node: address, certificate, token, right, node's name. */
import type { Config } from '../../config.ts'
import { podsApi } from '../../kubernetes/api.ts'
import type { Finding } from './finding.ts'

const check = 'kubernetes.pods'

export async function* checkKubernetes({ kubernetes }: Config): AsyncGenerator<Finding> {
  if (kubernetes === undefined) return
  const { api: url, node, token_file: tokenFile, ca_file: caFile } = kubernetes
  try {
    const { items, next } = await podsApi({ url, node, tokenFile, caFile }).page('', AbortSignal.timeout(5000))
    // Longship itself is one, where it runs as a pod.
    if (items.length === 0) {
      yield { check, status: 'warn', message: `${url} knows no pods of node ${node}: is that the node's name there?` }
    } else {
      const count = `${items.length}${next === '' ? '' : ' and more'}`
      yield { check, status: 'ok', message: `${url} answers: ${count} pods of node ${node}` }
    }
  } catch (error) {
    const message = `${url} does not say which pods node ${node} has: ${(error as Error).message}; records have what paths say`
    yield { check, status: 'fail', message }
  }
}
