/** Tries a rule on a sample line: what it matches on, what it finds, and the event that would be made. */
import { type LogRecord, TEXT_FIELDS, type TextField } from '../record.ts'
import { type Answer, done, type Fault, refused } from '../terms/answer.ts'
import { fromMillis } from '../terms/instant.ts'
import { isObject } from '../terms/object.ts'
import { compilePattern, findMatch, type Match, matchedPart, matches, type Pattern } from './compile.ts'
import { readDraft } from './draft.ts'
import { freshEffort } from './effort.ts'
import { placesOf, type Said, textOn } from './field.ts'
import { capturesOf, eventMessage, hitEvent } from './hit.ts'
import { type Rule, type RuleSettings, STREAMS } from './rule.ts'
import { ruleOf, type Snapshot } from './snapshot.ts'
import { hears } from './stream.ts'
import type { Interpret, RuleTest, SampleLine } from './view.ts'

interface Request {
  readonly rule: Rule
  readonly pattern: Pattern
  readonly line: string
  readonly stream: 'stdout' | 'stderr'
  readonly workload: string | undefined
}

/** As much as a source's longest line. */
const MAX_LINE_CHARS = 1024 * 1024

/** `request`: { rule | rule_id, line, stream?, workload? }, as it came. */
export function testRule(
  request: unknown,
  snapshot: Snapshot,
  interpret: Interpret = plainLine,
  now: () => number,
): Answer<RuleTest> {
  const read = readRequest(request, snapshot)
  if (!read.ok) return read
  const { rule, pattern, line, stream, workload } = read.value
  const { record, text, json } = withTime(interpret(line, workload), now)
  const asRead = () => text
  const found = textsOf(rule, record, asRead)
  const effort = freshEffort()
  const verdicts = found.map((said) => matches(pattern, said.text, effort))
  const said = found[Math.max(0, verdicts.indexOf(true))] ?? { at: rule.on, text: '' }
  const match = verdicts.includes(true) ? findMatch(pattern, said.text) : undefined
  const isSlow = match === undefined && verdicts.includes(undefined)
  const reason = isSlow
    ? TOO_SLOW
    : (reasonOf(rule, record, stream, found.length > 0) ?? (match ? undefined : lineReason(rule, pattern, text)))
  const matched = match !== undefined && reason === undefined
  const place = { container: 'test', stream, position: undefined }
  return done({
    matched,
    ...(reason === undefined ? {} : { reason }),
    ...shownMatch(said.text, match),
    text: said.text,
    message: eventMessage(said.at, record, asRead),
    record: json,
    ...(matched ? { event: hitEvent(rule, record, said, asRead, match, place) } : {}),
  })
}

function textsOf({ on }: Rule, record: LogRecord, line: () => string): Said[] {
  return placesOf(on).flatMap((at) => {
    const text = textOn(record, at, line)
    return text === undefined ? [] : { at, text: matchedPart(text) }
  })
}

const TOO_SLOW = 'the pattern takes too long for this text: it is given up, as in the stream'

/** What the pattern finds is shown also where the rule would not hit for another reason. */
function shownMatch(text: string, match: Match | undefined): Pick<RuleTest, 'span' | 'captures' | 'spans'> {
  if (match === undefined) return { captures: {}, spans: {} }
  const spans = Object.fromEntries(match.captures.map(({ name, start, end }) => [name, [start, end] as const]))
  return { span: match.span, captures: capturesOf(text, match), spans }
}

function reasonOf(rule: Rule, record: LogRecord, stream: 'stdout' | 'stderr', hasText: boolean) {
  if (!rule.enabled) return 'the rule is off'
  if (!hears(rule, stream)) return `the rule is for ${rule.streams} only`
  if (rule.workload !== undefined && rule.workload !== record.service) {
    return `the rule is for ${JSON.stringify(rule.workload)}, the record is of ${JSON.stringify(record.service)}`
  }
  return !hasText ? `the record has no field ${JSON.stringify(rule.on)}` : undefined
}

/** What a line says of its level is not in its message, and a rule for the word is what people write first. */
function lineReason({ on }: Rule, pattern: Pattern, line: string): string | undefined {
  if (on !== 'message' || matches(pattern, matchedPart(line), freshEffort()) !== true) return undefined
  return 'it is not in the message, but in the whole line: on: line looks there'
}

function readRequest(request: unknown, snapshot: Snapshot): Answer<Request> {
  if (!isObject(request)) return refused('invalid', { path: '', message: 'a test must be an object.' })
  const { rule_id: id, rule: draft, line, workload } = request
  const faults: Fault[] = []
  const stream = request['stream'] ?? 'stdout'
  if (typeof line !== 'string') faults.push({ path: 'line', message: 'line must be text.' })
  else if (line.length > MAX_LINE_CHARS)
    faults.push({ path: 'line', message: `line is longer than ${MAX_LINE_CHARS}.` })
  if (stream !== 'stdout' && stream !== 'stderr') {
    faults.push({ path: 'stream', message: `stream must be ${STREAMS[0]} or ${STREAMS[1]}.` })
  }
  if (workload !== undefined && workload !== null && typeof workload !== 'string') {
    faults.push({ path: 'workload', message: 'workload must be text.' })
  }
  if ((id === undefined) === (draft === undefined)) {
    faults.push({ path: 'rule', message: 'one of rule and rule_id must be given.' })
  }
  if (faults.length > 0) return refused('invalid', ...faults)
  const rule = id === undefined ? draftRule(draft) : knownRule(String(id), snapshot)
  if (!rule.ok) return rule
  const pattern = compilePattern(rule.value.pattern)
  if ('fault' in pattern) {
    return refused('invalid', { path: 'rule.pattern', message: `pattern does not compile: ${pattern.fault}` })
  }
  const given = typeof workload === 'string' ? workload : rule.value.workload
  return done({
    rule: rule.value,
    pattern,
    line: line as string,
    stream: stream as 'stdout' | 'stderr',
    workload: given,
  })
}

function draftRule(draft: unknown): Answer<Rule> {
  // A rule may be tried before it has a name.
  const read = readDraft(isObject(draft) ? { name: 'test', ...draft } : draft)
  if (read.ok) return done(ruleOf('test', { settings: read.value, origin: 'api' }))
  const problems = read.refusal.problems.map(({ path, message }) => ({
    path: path === '' ? 'rule' : `rule.${path}`,
    message,
  }))
  return refused('invalid', ...problems)
}

function knownRule(id: string, snapshot: Snapshot): Answer<Rule> {
  const view = snapshot.view(id)
  if (view === undefined)
    return refused('missing', { path: 'rule_id', message: `there is no rule ${JSON.stringify(id)}.` })
  const settings: RuleSettings = view
  return done(ruleOf(id, { settings, origin: view.origin, file: view.file }))
}

function withTime(sample: SampleLine, now: () => number): SampleLine {
  if (sample.record.timestamp_source !== 'read') return sample
  return { ...sample, record: { ...sample.record, timestamp: fromMillis(now()) } }
}

/** A record with a message and nothing else. */
function plainLine(line: string, workload = 'test'): SampleLine {
  const text = Object.fromEntries(TEXT_FIELDS.map((name) => [name, undefined])) as Record<TextField, string | undefined>
  const record: LogRecord = {
    timestamp: { seconds: 0, nanos: 0 },
    timestamp_source: 'read',
    level: 'unknown',
    service: workload,
    node: 'test',
    env: undefined,
    text: { ...text, message: line },
    duration_ms: undefined,
    format: 'plain',
    fields: new Map(),
  }
  return {
    record,
    text: line,
    json: { level: 'unknown', service: workload, node: 'test', message: line, format: 'plain' },
  }
}
