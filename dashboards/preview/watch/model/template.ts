/** A rule's pattern from a mined template: what is always there as it stands, what differs as a group. */

const WILDCARD = '<_>'
/** The API's limit for a pattern. */
const MAX_PATTERN = 4096
/** Of one that stands in an address: those stay short enough for every server and proxy between. */
export const MAX_TEMPLATE_PARAM = 1500

/** Letters that RE2 reads as something else. */
export function escapeRe2(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

/** `<_>` takes as little as it can, the last as much: a group at the end would else hold one character. */
export function templatePattern(template: string, max = MAX_PATTERN): string {
  const parts = template.trim().split(WILDCARD)
  let pattern = ''
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const group = index === 0 ? '' : isLast && part === '' ? '(.+)' : '(.+?)'
    const next = group + escapeRe2(part)
    if (pattern.length + next.length > max) break
    pattern += next
  }
  return pattern
}
