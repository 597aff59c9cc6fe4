/** Does a line begin like a log line: with a time, or with a level? All patterns look at its first characters only. */

const HEAD_CHARS = 120

/** A date, a clock time, an epoch, syslog's month, klog's letter, syslog's priority. */
const TIME_AT_START =
  /^[[("<]?(?:\d{2,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[-/]\d{1,2}[ T]\d|\d{1,2}:\d{2}:\d{2}|\d{8}[-T ]\d|\d{6} \d{6}|\d{1,7}:\d{8}:\d{6}\.|\d{10,19}[\s.,:\]]|\d{1,2}[-/ ][A-Z][a-z]{2}[-/ ]\d{2,4}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? |(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d|[IWEFD]\d{4} \d\d:|\d{1,3}>|\s*\d+\.\d{4,9}\])/

/** A level where writers put it; in prose ("Error: no such file", "information") it is none. */
const LEVEL_AT_START =
  /^[[(<*]?\s?(?:(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL|SEVERE|ALERT|EMERG|PANIC)(?=[\s:\]|)>/]|$)|(?:trce|dbug|info|warn|fail|crit|debug|error|warning|trace|fatal)(?:: [\w.]|\]|\t| {2,}))/

/** The same, anywhere near the beginning: behind a program's name, a host, a container's prefix. */
const TIME_NEAR_START =
  /\d{1,2}:\d{2}:\d{2}|\d{4}[-/.]\d{2}[-/.]\d{2}|\btime="|\bts=\d|\blevel=|[([]\d{10,13}\.\d|^\[ *\d+\.\d{4,6}\]/
const LEVEL_NEAR_START =
  /[\s[|(<](?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)[\s:\]|)>]|^fatal: |\[(?:trace|debug|info|notice|warn|warning|error|crit|critical|fatal)\]/

/** True when the line, behind its indentation, starts with a time or a level: it is an event of its own. */
export function startsOwn(line: string): boolean {
  const start = indentOf(line)
  const head = line.slice(start, start + HEAD_CHARS)
  return TIME_AT_START.test(head) || LEVEL_AT_START.test(head)
}

/** True for a line that a logger wrote: a time or a level stands in its head. Only such a line takes plain indented ones. */
export function isStamped(line: string): boolean {
  const head = line.slice(0, HEAD_CHARS)
  return startsOwn(head) || TIME_NEAR_START.test(head) || LEVEL_NEAR_START.test(head)
}

/** True when the head names a level under warn: a trace behind it is hardly this line's. */
export function isQuiet(line: string): boolean {
  const head = line.slice(0, HEAD_CHARS)
  return (
    /\b(?:INFO|DEBUG|TRACE|info|debug|trace)\b/.test(head) &&
    !/\b(?:ERROR|CRITICAL|FATAL|WARN(?:ING)?|error)\b/.test(head)
  )
}

export function indentOf(line: string): number {
  let at = 0
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at++
  return at
}
