/** Settings from the environment, and ${VAR} inside longship.yaml. */
import type { Document } from 'yaml'
import { yaml } from './yaml.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** Variable → key of the configuration. The first that is set wins. */
export const VARIABLES: readonly (readonly [variable: string, path: readonly string[], meaning: string])[] = [
  ['LOKI_URL', ['loki', 'url'], 'Base URL of Loki'],
  ['LOKI_TENANT_ID', ['loki', 'tenant'], 'Tenant'],
  ['LOKI_ORG_ID', ['loki', 'tenant'], 'Tenant, as logcli names it'],
  ['LOKI_USERNAME', ['loki', 'basic_auth', 'username'], 'User of basic authentication'],
  ['LOKI_PASSWORD', ['loki', 'basic_auth', 'password'], 'Its password'],
  ['LOKI_BEARER_TOKEN', ['loki', 'bearer_token'], 'Bearer token'],
  ['LOKI_BEARER_TOKEN_FILE', ['loki', 'bearer_token_file'], 'File that holds the bearer token'],
  ['LOKI_CA_CERT', ['loki', 'tls', 'ca_file'], 'File of the certificate authority'],
  ['LOKI_CA_CERT_PATH', ['loki', 'tls', 'ca_file'], 'The same, as logcli names it'],
  ['LOKI_CLIENT_CERT_PATH', ['loki', 'tls', 'cert_file'], 'File of the client certificate'],
  ['LOKI_CLIENT_KEY_PATH', ['loki', 'tls', 'key_file'], 'File of its key'],
  ['LONGSHIP_TIMEZONE', ['timezone'], 'Zone of times that carry none'],
  ['LONGSHIP_ENV', ['env'], 'Deployment environment'],
  ['LONGSHIP_LOG_LEVEL', ['telemetry', 'log_level'], "Least level of Longship's own log lines"],
  ['LONGSHIP_LISTEN', ['telemetry', 'listen'], 'host:port of /metrics, or off'],
  ['LONGSHIP_ADMIN_LISTEN', ['admin', 'listen'], 'host:port of the API of rules and triggers, or off'],
  ['LONGSHIP_ADMIN_TOKEN', ['admin', 'bearer_token'], 'What its clients must say'],
  ['LONGSHIP_POSITIONS', ['positions', 'file'], 'Positions file'],
]

/** Settings as entries of path and value, with the variable they come from. An empty variable counts as not set. */
export function readEnvironment(env: Env): { path: readonly string[]; value: string; variable: string }[] {
  const seen = new Set<string>()
  return VARIABLES.flatMap(([variable, path]) => {
    const value = env[variable]
    const key = path.join('.')
    if (value === undefined || value === '' || seen.has(key)) return []
    seen.add(key)
    return [{ path, value, variable }]
  })
}

const REFERENCE = /\$(\$)?\{([^}]*)\}/g
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([\s\S]*))?$/

/**
 * Puts variables into the document's text values: ${VAR}, ${VAR:-default} (also when VAR is empty), ${VAR-default},
 * $${VAR} for the text itself. Returns what went wrong, with the offset at which it stands.
 */
export function interpolate(document: Document, env: Env): { offset: number; message: string }[] {
  const problems: { offset: number; message: string }[] = []
  const { isScalar, visit } = yaml()
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${')) return
      const offset = node.range?.[0] ?? 0
      node.value = node.value.replace(REFERENCE, (all, escaped: string | undefined, inside: string) => {
        if (escaped !== undefined) return all.slice(1)
        const value = variableValue(inside, env)
        if (value === undefined) problems.push({ offset, message: explain(inside) })
        return value ?? ''
      })
    },
  })
  return problems
}

function variableValue(inside: string, env: Env): string | undefined {
  const match = VARIABLE.exec(inside)
  if (match === null) return undefined
  const [, name, operator, fallback] = match
  const value = env[name]
  return value === undefined || (value === '' && operator === ':-') ? fallback : value
}

function explain(inside: string): string {
  if (!VARIABLE.test(inside)) return `\${${inside}} is no variable. Write \${NAME} or \${NAME:-default}`
  return `\${${inside}}: the environment variable ${inside} is not set. Set it, or write \${${inside}:-default}`
}
