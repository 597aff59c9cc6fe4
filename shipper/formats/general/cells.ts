/** What fills a column of its own: cells between bars, of several words, a user in front of a class. */
import { add, type Scan, sticky, weakWords } from './scan.ts'

/** A cell between bars that holds spaces. */
export function readCell(scan: Scan): boolean {
  const { text, at } = scan
  const bar = text.indexOf('|', at)
  if (bar < 0 || bar - at > 80 || scan.named) return false
  const cell = text.slice(at, bar).trim()
  if (!cell.includes(' ') || cell.includes('=') || cell.split(' ').length > 6) return false
  return add(scan, 'group', cell, bar, true)
}

/** A cell of several capitalized words behind time and level, as Windows exports events: ,Error,Service Control Manager, */
export function readNamedCell(scan: Scan): boolean {
  const { text, at, mark } = scan
  if (scan.named || scan.celled || scan.time === undefined || !scan.hasLevel) return false
  if ((mark !== 0x2c && mark !== 0x09) || text.charCodeAt(at - 1) !== mark) return false
  // Istio: warning<tab>envoy config external/envoy/source/…/grpc_stream.h:163<tab>text
  const scope =
    mark === 0x09 ? sticky(/([a-z][\w-]{0,30} [a-z][\w-]{0,30})(?: ([\w./-]{1,200}:\d{1,6}))?(?=\t)/y, scan) : null
  if (scope !== null) {
    scan.named = true
    add(scan, 'cell', scope[1] as string, at + scope[0].length, true)
    return scope[2] === undefined || add(scan, 'group', scope[2], scan.at, true)
  }
  const match = sticky(/[A-Z][\w.-]{0,40}(?: [A-Z][\w.-]{0,40}){1,4}(?=[,\t])/y, scan)
  if (match === null || text.charCodeAt(at + match[0].length) !== mark) return false
  scan.celled = true
  return add(scan, 'cell', match[0], at + match[0].length, true)
}

/** Nexus and others: "INFO  [thread] admin org.sonatype.nexus.Class - text". */
export function readUserAndClass(scan: Scan): boolean {
  if (!scan.hasLevel || scan.named || scan.time === undefined || weakWords(scan, false) > 0) return false
  const match = sticky(/([*\w@.-]{1,60}) {1,2}([a-z]\w{0,40}(?:\.[\w$]{1,80}){2,14}) - /y, scan)
  if (match === null) return false
  const end = scan.at + match[0].length - 3
  scan.named = true
  add(scan, 'word', match[1] as string, end, false)
  return add(scan, 'name', match[2] as string, end, true)
}
