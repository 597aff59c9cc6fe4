/** Names of a role as programs spell them: Promtail and Alloy look keys up as they are written, so each spelling is listed. */
import { type DurationUnit, namesOf, type Role } from '../../shipper/terms/keys.ts'

/** Words that squashed names are made of; a test says when a new name needs a new word. */
const WORDS = new Set(
  `action app application asctime b3 backtrace body class client code component computer container context corr
  correlation date datetime dd deployment dev device display downstream duration elapsed end env environment err error event evt exc
  exception exec execution exit failure generated host hostname http id identifier is job k8s kind kubernetes
  label labels latency level levelname log logger lvl machine message micros microseconds millis milliseconds module ms msg
  name nano nanos nanoseconds node ns observed op operation outcome payload pod prio process processing program provider query
  rc reason rendered req request response result return runtime s sec seconds secs service sev severity short source
  span stack status step subsys subsystem succeeded success syslog taken text thread time timestamp took total trace ts
  type unix us when workspace x`.split(/\s+/),
)

/** `correlation_id`, `correlationId`, `correlation.id`; the name that wins first. */
export function spellings(role: Role, unit?: DurationUnit): string[] {
  return [...new Set(namesOf(role, unit).flatMap((name) => forms(split(name) ?? [name])))]
}

function forms(words: readonly string[]): string[] {
  if (words.length === 1) return [...words]
  const camel = words.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('')
  return [words.join('_'), camel, words.join('.')]
}

/** The fewest words that a name is made of; undefined when some of it is no word of the list. */
export function split(name: string): string[] | undefined {
  const best: (string[] | undefined)[] = [[]]
  for (let end = 1; end <= name.length; end++) {
    for (let start = 0; start < end; start++) {
      const before = best[start]
      const word = name.slice(start, end)
      if (before === undefined || !WORDS.has(word)) continue
      const found = best[end]
      if (found === undefined || before.length + 1 < found.length) best[end] = [...before, word]
    }
  }
  return best[name.length]
}
