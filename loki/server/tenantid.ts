/** X-Scope-OrgID → tenant, with dskit's rules and messages. */

export type TenantId = { readonly id: string } | { readonly status: number; readonly error: string }

const MAX_LENGTH = 150

/** Without auth_enabled everything is the tenant `fake`, whatever the header says. */
export function readTenantId(header: string | string[] | undefined, authEnabled: boolean): TenantId {
  if (!authEnabled) return { id: 'fake' }
  const id = Array.isArray(header) ? header[0] : header
  if (id === undefined || id === '') return { status: 401, error: 'no org id' }
  if (id.includes('|')) return { status: 400, error: 'multiple org IDs present' }
  const bad = /[^a-zA-Z0-9!\-_.*'()]/u.exec(id)
  if (bad !== null) return { status: 400, error: `tenant ID '${id}' contains unsupported character '${bad[0]}'` }
  if (id.length > MAX_LENGTH) return { status: 400, error: `tenant ID is too long: max ${MAX_LENGTH} characters` }
  if (id === '.' || id === '..') return { status: 400, error: "tenant ID is '.' or '..'" }
  return { id }
}
