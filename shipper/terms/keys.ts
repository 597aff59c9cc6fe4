/**
 * What a key of a log line means, whoever wrote it: one table from names to the record's fields.
 * Names are compared squashed (lower case, without _ - . @ and spaces), so correlationId, correlation-id and
 * CORRELATION_ID are one entry. Standing further left in a row means winning when a line carries several.
 */

/** What a key can stand for. `component` … `host` and `caller` only lend their value to `node`; `success` … `exit_code` to `outcome`. */
export type Role =
  | 'timestamp'
  | 'level'
  | 'message'
  | 'event'
  | 'logger'
  | 'service'
  | 'env'
  | 'node'
  | 'component'
  | 'pod'
  | 'caller'
  | 'host'
  | 'correlation_id'
  | 'trace_id'
  | 'span_id'
  | 'request_id'
  | 'thread_id'
  | 'job_id'
  | 'workspace_id'
  | 'operation'
  | 'step'
  | 'status'
  | 'outcome'
  | 'success'
  | 'exit_code'
  | 'error'
  | 'error_type'
  | 'error_code'
  | 'stack'
  | 'duration'

/** A duration's unit in milliseconds; undefined when the name does not tell. */
export type DurationUnit = number | undefined

export interface KeyMeaning {
  readonly role: Role
  /** Lower wins. */
  readonly rank: number
  /** True when the key stays under its own name as well: its name says more than the record's field does. */
  readonly keep: boolean
  /** For durations: how many milliseconds 1 is. */
  readonly unit: DurationUnit
}

const RENAMED: Partial<Record<Role, string>> = {
  timestamp:
    'timestamp time ts datetime date eventtime logtime timeunixnano observedtimeunixnano asctime timegenerated when',
  level: 'level severity loglevel lvl levelname severitytext loglevelname logseverity leveldisplayname sev prio',
  message: 'message msg shortmessage textpayload body renderedmessage logmessage',
  event: 'event eventname eventaction evt',
  logger: 'logger loggername sourcecontext loglogger logname',
  service:
    'service servicename app application appname applicationname program syslogidentifier processname kubernetescontainername kuberneteslabelsapp k8scontainername',
  env: 'env environment deploymentenvironment deploymentenvironmentname',
  node: 'node',
  correlation_id: 'correlationid xcorrelationid corrid correlation',
  trace_id: 'traceid ddtraceid xb3traceid',
  span_id: 'spanid ddspanid xb3spanid',
  request_id: 'requestid reqid xrequestid httprequestid',
  thread_id: 'threadid',
  job_id: 'jobid',
  workspace_id: 'workspaceid',
  operation: 'operation operationname op',
  step: 'step stepname',
  error: 'error err errormessage errmsg exceptionmessage exception failurereason',
  error_type: 'errortype errorclass errorname errorkind exceptiontype exceptionclass exctype',
  error_code: 'errorcode errcode',
  stack: 'stack stacktrace errorstacktrace errorstack excinfo exceptionstacktrace traceback backtrace',
}

const KEPT: Partial<Record<Role, string>> = {
  component: 'component subsystem subsys module logcomponent sourcename providername eventsource',
  caller: 'caller callsite source',
  pod: 'pod podname kubernetespodname k8spodname',
  host: 'host hostname machine machinename computer computername devname devicename',
  status:
    'status statuscode httpstatus httpstatuscode responsestatus responsecode httpresponsestatuscode responsestatuscode downstreamstatus',
  outcome: 'outcome eventoutcome result',
  success: 'success succeeded issuccess',
  exit_code: 'exitcode exitstatus returncode rc',
}

const MS = 1
const SECOND = 1000
const MICRO = 1e-3
const NANO = 1e-6

const DURATIONS: readonly (readonly [unit: DurationUnit, names: string])[] = [
  [
    MS,
    'durationms durationmillis durationmilliseconds totaldurationms elapsedms elapsedmillis elapsedmilliseconds tookms latencyms responsetimems requesttimems executiontimems runtimems timems processingtimems querytimems',
  ],
  [
    SECOND,
    'durationsec durationsecs durationseconds durations elapsedsec elapsedsecs elapsedseconds elapseds latencysec latencyseconds requesttime tooks tookseconds totaldurationsec executiontimeseconds querytime',
  ],
  [MICRO, 'durationus durationmicros durationmicroseconds elapsedus latencyus tookus'],
  [NANO, 'durationns durationnanos durationnanoseconds elapsedns latencyns eventduration'],
  [
    undefined,
    'duration elapsed took latency responsetime elapsedtime processingtime executiontime runtime totaltime timetaken',
  ],
]

const MEANINGS: ReadonlyMap<string, KeyMeaning> = buildTable()

/** Bounds the cache of names seen: hostile logs can carry any number of different keys. */
const MAX_CACHED_NAMES = 4096
const cache = new Map<string, KeyMeaning | undefined>()

/** What a key means, or undefined when it is simply a field of its own. */
export function meaningOf(name: string): KeyMeaning | undefined {
  const known = cache.get(name)
  if (known !== undefined || cache.has(name)) return known
  const meaning = name.length > 40 ? undefined : MEANINGS.get(squash(name))
  if (cache.size >= MAX_CACHED_NAMES) cache.clear()
  cache.set(name, meaning)
  return meaning
}

/** Every name of a role, squashed, the one that wins first; of durations those of one unit. */
export function namesOf(role: Role, unit?: DurationUnit): string[] {
  const named = [...MEANINGS].filter(([, meaning]) => meaning.role === role && meaning.unit === unit)
  return named.sort(([, a], [, b]) => a.rank - b.rank).map(([name]) => name)
}

/** correlation-id → correlationid */
export function squash(name: string): string {
  return name.toLowerCase().replace(/[_\-.@ ]/g, '')
}

function buildTable(): Map<string, KeyMeaning> {
  const table = new Map<string, KeyMeaning>()
  const add = (names: string, role: Role, keep: boolean, unit: DurationUnit, from: number) => {
    for (const [at, name] of names.split(' ').entries()) table.set(name, { role, rank: from + at, keep, unit })
  }
  for (const [role, names] of Object.entries(RENAMED)) add(names, role as Role, false, undefined, 0)
  for (const [role, names] of Object.entries(KEPT)) add(names, role as Role, true, undefined, 0)
  let rank = 0
  for (const [unit, names] of DURATIONS) {
    add(names, 'duration', true, unit, rank)
    rank += 100
  }
  return table
}
