/** Programs that name themselves with a mark of their own: name[pid]:, D/Tag(123):, %ASA-6-302013:, file.c:12(main). */

import { SEVERITIES } from '../syslog-priority.ts'
import { add, addLevel, type Scan, sticky, weakWords } from './scan.ts'
import { capitalLevel, delimitedLevel } from './words.ts'

/** %ASA-6-302013: facility, severity, mnemonic. */
export function readCisco(scan: Scan): boolean {
  const match = sticky(/%([A-Z][A-Z0-9_]{0,40}(?:-[A-Z][A-Z0-9_]{0,40}){0,3})-([0-7])-([A-Z0-9_]{1,60}) ?:/y, scan)
  if (match === null) return false
  const end = scan.at + match[0].length
  add(scan, 'tag', `${match[1]}`, end, true, undefined, match[3])
  scan.named = true
  return addLevel(scan, match[2] as string, end)
}

const PROGRAM = /([A-Za-z_./][\w./@+~:-]{0,100})(?:\(([^()\s]{1,80})\))?\[(\d{1,10}|[\w.:-]{1,40})\](?=[:\s]|$):?/y

/** Behind a host, on desktops: Microsoft Word[14463], Google Chrome Helper[99]. */
const SPACED_PROGRAM = /([A-Za-z][\w.+-]{0,40}(?: [\w.+()-]{1,40}){1,3})()\[(\d{1,10})\](?=[:\s]):?/y

/** logcat -v brief: D/Tag( 123): */
const LOGCAT = /([VDIWEFA])\/([^:()\n]{1,80})\(\s{0,6}(\d{1,7})\):/y

/** name[pid], name(module)[pid]: with its colon or without. */
export function readProgram(scan: Scan): boolean {
  if (scan.named) return false
  const logcat = scan.hasLevel ? null : sticky(LOGCAT, scan)
  if (logcat !== null) {
    addLevel(scan, logcat[1] as string, scan.at + 1)
    scan.named = true
    const end = scan.at + logcat[0].length - 1
    return add(scan, 'tag', (logcat[2] as string).trim(), end, true, logcat[3])
  }
  if (weakWords(scan, false) > 3) return false
  // flexi_logger's T[main]
  const thread = scan.hasLevel ? null : sticky(/T\[([\w .#:-]{1,60})\](?= )/y, scan)
  if (thread !== null && scan.time !== undefined)
    return add(scan, 'pid', thread[1] as string, scan.at + thread[0].length, true)
  // Bunyan's own command: INFO: app/123 on host1: text
  const bunyan = scan.hasLevel ? sticky(/([\w.-]{1,80})\/(\d{1,10}) on ([\w.-]{1,80}):(?= )/y, scan) : null
  if (bunyan !== null) {
    scan.named = true
    add(scan, 'program', bunyan[1] as string, scan.at, true, bunyan[2])
    return add(scan, 'group', `host ${bunyan[3]}`, scan.at + bunyan[0].length, false)
  }
  if (levelBeforeProgram(scan)) return true
  // stunnel's LOG5[1234]: syslog's number
  const stunnel = scan.hasLevel ? null : sticky(/LOG([0-7])\[(\w{1,20})\]:(?= )/y, scan)
  if (stunnel !== null) {
    const end = scan.at + stunnel[0].length
    addLevel(scan, SEVERITIES[Number(stunnel[1])] as string, end)
    return add(scan, 'pid', stunnel[2] as string, end, true)
  }
  // ZoneMinder: zmdc[1234].INF [main:12] · zmc_m1[99].ERR-zm_monitor.cpp/2345
  const zone =
    scan.hasLevel || scan.time === undefined ? null : sticky(/([a-z]\w{1,40})\[(\d{1,10})\]\.([A-Z]{3})(?=[ -])/y, scan)
  if (zone !== null && capitalLevel(zone[3] as string) !== undefined) {
    scan.named = true
    add(scan, 'program', zone[1] as string, scan.at + zone[0].length, true, zone[2])
    return addLevel(scan, zone[3] as string, scan.at)
  }
  const match = sticky(PROGRAM, scan) ?? (weakWords(scan, false) === 1 ? sticky(SPACED_PROGRAM, scan) : null)
  if (match === null || (scan.time === undefined && !match[0].endsWith(':'))) return false
  // unbound[1234:0]: the thread behind the process
  const isPid = /^\d+(?::\d{1,4})?$/.test(match[3] as string)
  if (isPid && !scan.hasLevel && capitalLevel(match[1] as string)) {
    // Asterisk's VERBOSE[1234]
    addLevel(scan, match[1] as string, scan.at + (match[1] as string).length)
    return true
  }
  if (!isPid && (!match[0].endsWith(':') || weakWords(scan, true) > 1 || (scan.hasLevel && weakWords(scan, false) > 0)))
    return false
  // Luanti's ERROR[Main]:
  if (!isPid && !scan.hasLevel && capitalLevel(match[1] as string)) {
    addLevel(scan, match[1] as string, scan.at + (match[1] as string).length)
    return add(scan, 'group', match[3] as string, scan.at + (match[3] as string).length + 2, true)
  }
  scan.named = true
  if (!isPid && !scan.hasLevel && capitalLevel(match[3] as string)) {
    // cloud-init's util.py[DEBUG]: and Greenplum's gpstart:mdw:gpadmin-[INFO]:
    const [program = '', place] = splitGreenplum(match[1] as string)
    add(scan, 'name', program, scan.at + (match[1] as string).length, true)
    if (place !== undefined) add(scan, 'group', place, scan.at, false)
    return addLevel(scan, match[3] as string, scan.at + match[0].length - (match[1] as string).length)
  }
  return add(scan, 'program', match[1] as string, scan.at + match[0].length, true, match[3], match[2] || undefined)
}

/** Greenplum's program:host:user- */
function splitGreenplum(name: string): [program: string, place?: string] {
  const match = /^([^:]{1,60}):([^:]{1,80}:[^:]{1,60})-$/.exec(name)
  return match === null ? [name.replace(/-$/, '')] : [match[1] as string, match[2] as string]
}

/** F5 and others: "host warning tmm1[123]: ", ESXi's "error vpxd[04321] [". */
function levelBeforeProgram(scan: Scan): boolean {
  const words = weakWords(scan, false)
  if (scan.hasLevel || words > 1) return false
  const pattern =
    words === 1
      ? /([a-z]{3,9})(?= [A-Za-z_./][\w./@+~:-]{0,60}(?:\[\d{1,10}\])?: )/y
      : /([a-z]{4,9})(?= [A-Za-z_][\w.-]{0,60}\[\d{1,10}\][: ])/y
  const match = sticky(pattern, scan)
  return (
    match !== null &&
    delimitedLevel(match[1] as string) !== undefined &&
    addLevel(scan, match[1] as string, scan.at + match[0].length)
  )
}

/** RFC 5424 without its version: "host program 1234 - [x@1 …] text", "host program(part) 1234 - - text". */
export function readUnversioned(scan: Scan): boolean {
  if (scan.named || scan.hasLevel || scan.tokens.length !== 1 || scan.time === undefined) return false
  const match = sticky(
    /([\w.:-]{1,100}) ([A-Za-z][\w./-]{0,48})(?:\(([\w.-]{1,48})\))? (\d{1,10}|-) (?:-|[\w.-]{1,32}) (?=- |\[)/y,
    scan,
  )
  if (match === null) return false
  scan.named = true
  const end = scan.at + match[0].length
  add(scan, 'word', match[1] as string, end, true)
  return add(scan, 'program', match[2] as string, end, true, match[4] === '-' ? undefined : match[4], match[3])
}

/** VMware's In(182), Wa(180), Er(179) before the program. */
const VMWARE = new Map([
  ['In', 'info'],
  ['No', 'notice'],
  ['Wa', 'warning'],
  ['Er', 'error'],
  ['Al', 'alert'],
  ['Cr', 'critical'],
  ['Em', 'emergency'],
  ['Db', 'debug'],
  ['De', 'debug'],
])

export function readVmware(scan: Scan): boolean {
  if (scan.time === undefined || scan.hasLevel || scan.tokens.length !== 1) return false
  const match = sticky(/([A-Z][a-z])\((\d{1,4})\)(?:\[\+\])? /y, scan)
  const level = match === null ? undefined : VMWARE.get(match[1] as string)
  if (match === null || level === undefined) return false
  add(scan, 'priority', match[2] as string, scan.at + match[0].length - 1, true)
  return addLevel(scan, level, scan.at)
}

/** Vertica's thread: Main:0x7f12ab34 [Init] <INFO> */
export function readThread(scan: Scan): boolean {
  if (scan.time === undefined || scan.named || scan.text.charCodeAt(scan.at) > 0x5a) return false
  if (weakWords(scan, false) > 0) return false
  const match = sticky(/[A-Z][\w ]{1,30}:0x[\da-f]{4,16}(?:-[\da-f]{1,16})?(?= )/y, scan)
  return match !== null && add(scan, 'pid', match[0], scan.at + match[0].length, true)
}

/** A line that is an element: <co ts="2026-05-05T10:11:12.94" …>. Its name says nothing, its attributes are pairs. */
export function readElement(scan: Scan): boolean {
  if (scan.tokens.length > 0) return false
  const match = sticky(/<[A-Za-z]\w{0,20} (?=[\w:]{1,30}=["'])/y, scan)
  if (match === null) return false
  scan.at += match[0].length
  return true
}

/** NX-OS names the virtual device before the mnemonic: %$ VDC-1 %$ %PLATFORM-0-PFM_ALERT: */
export function skipContext(scan: Scan): boolean {
  // OpenVMS: %%%%%%%%%%%  OPCOM   5-MAY-2026 10:11:12.12  %%%%%%%%%%%
  const operator = scan.at > 0 ? null : sticky(/%{5,20} {1,4}([A-Z]{3,12}) {1,4}(?=\d)/y, scan)
  if (operator !== null) return add(scan, 'program', operator[1] as string, operator[0].length, true)
  const match = sticky(/%\$ ([\w .-]{1,40}) %\$/y, scan)
  return match !== null && add(scan, 'group', match[1] as string, scan.at + match[0].length, false)
}

/** A level in front of the time. dmesg -x with times of its own: "kern  :err   : 2026-05-05T10:11:12,123456+00:00 ". */
export function readLabelledLevel(scan: Scan): void {
  const first = scan.text.charCodeAt(0)
  if (!(first > 0x40) || first === 0x5b) return
  // Zigbee2MQTT:info  2026-05-05 10:11:12: text
  const labelled = sticky(/([A-Z][\w-]{1,60}):(debug|info|warn|warning|error) {1,3}(?=\[?\d{4}-\d\d-)/y, scan)
  if (labelled !== null) {
    scan.named = true
    add(scan, 'program', labelled[1] as string, (labelled[1] as string).length, true)
    addLevel(scan, labelled[2] as string, labelled[0].length)
    return
  }
  const match = sticky(/([a-z]{3,8}) {0,5}:([a-z]{3,6}) {0,5}: (?=\d{4}-\d\d-)/y, scan)
  if (match === null || delimitedLevel(match[2] as string) === undefined) return
  add(scan, 'priority', match[1] as string, 0, true)
  addLevel(scan, match[2] as string, match[0].length)
}

/** A line that begins with a number: Zabbix and Sybase write processes right before the time, Factorio its uptime. */
export function readLeadingPid(scan: Scan): boolean {
  const { at } = scan
  const zabbix = sticky(/(\d{1,7}):(?=\d{8}:\d{6}\.\d{3})/y, scan)
  if (zabbix !== null) return add(scan, 'pid', zabbix[1] as string, at + zabbix[0].length, true)
  const kamailio = sticky(/\d{1,3}\((\d{1,8})\)(?= [A-Z]{4,8}: )/y, scan)
  if (kamailio !== null) return add(scan, 'pid', kamailio[1] as string, at + kamailio[0].length, true)
  const sybase = sticky(/\d\d:(?:\d{4,6}:){1,3}(?=\d{4}\/\d\d\/)/y, scan)
  if (sybase !== null) return add(scan, 'number', sybase[0].slice(0, -1), at + sybase[0].length, false)
  // Wine: 0024:err:module:import_dll text
  const wine = sticky(/([\da-f]{4}):(err|warn|fixme|trace):(\w{1,40}):(\w{1,80}) /y, scan)
  if (wine !== null) {
    add(scan, 'pid', wine[1] as string, at + 4, true)
    addLevel(scan, wine[2] === 'fixme' ? 'warn' : (wine[2] as string), scan.at + (wine[2] as string).length + 1)
    scan.named = true
    return add(scan, 'name', wine[3] as string, at + wine[0].length - 1, true, undefined, wine[4])
  }
  const uptime = sticky(/(\d{1,9}\.\d{3}) (Verbose|Debug|Info|Warning|Error)(?= [\w./-]{1,80}:\d{1,6}: )/y, scan)
  if (uptime === null) return false
  add(scan, 'pid', uptime[1] as string, at + (uptime[1] as string).length, true)
  return addLevel(scan, uptime[2] as string, at + uptime[0].length)
}
