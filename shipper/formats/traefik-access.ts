/** Traefik's access log in its common log format: combined, then `count "router" "server URL" 12ms`. */
import { readAccessLine } from './access-line.ts'
import type { Format } from './format.ts'
import { putNumber, putText } from './shaped.ts'

const TAIL = /^(\d{1,15}) "([^"]*)" "([^"]*)" (\d{1,12})ms$/

export const traefikAccess: Format = {
  name: 'traefik_access',
  title: 'Traefik access log (common log format)',
  starts: 'a-zA-Z0-9:\\-',
  parse(head, options) {
    if (!head.endsWith('ms')) return undefined
    const line = readAccessLine(head, options)
    const tail = line === undefined ? null : TAIL.exec(line.tail)
    if (line === undefined || tail === null) return undefined
    const { fields } = line
    putNumber(fields, 'request_count', tail[1])
    putText(fields, 'router', tail[2])
    putText(fields, 'node', tail[2])
    putText(fields, 'upstream', tail[3])
    fields.set('duration_ms', Number(tail[4]))
    return { format: 'traefik_access', time: line.time, fields }
  },
}

/** True for what stands behind the user agent in a line of Traefik's. */
export function isTraefikTail(tail: string): boolean {
  return tail.endsWith('ms') && TAIL.test(tail)
}
