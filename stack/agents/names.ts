/** Names of a role as programs spell them: Promtail and Alloy look keys up as they are written, so each spelling is listed. */
import { type DurationUnit, namesOf, type Role } from '../../shipper/terms/keys.ts'

/** Words that squashed names are made of. A name that cannot be split throws: its new word belongs in here. */
const WORDS = new Set(
  `action app application asctime b3 backtrace body class client code component computer container context corr
  correlation date datetime dd deployment downstream duration elapsed end env environment err error event evt exc
  exception exec execution exit failure generated host hostname http id identifier is job k8s kind kubernetes
  label labels latency level levelname log logger lvl machine message micros microseconds millis milliseconds module ms msg
  name nano nanos nanoseconds node ns observed op operation outcome payload pod process processing program query
  rc reason rendered req request response result return runtime s sec seconds secs service severity short source
  span stack status step subsystem succeeded success syslog taken text thread time timestamp took total trace ts
  type unix us workspace x`.split(/\s+/),
)

/** `correlation_id`, `correlationId`, `correlation.id`; the name that wins first. */
export function spellings(role: Role, unit?: DurationUnit): string[] {
  return [...new Set(namesOf(role, unit).flatMap((name) => forms(split(name))))]
}

function forms(words: readonly string[]): string[] {
  if (words.length === 1) return [...words]
  const camel = words.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('')
  return [words.join('_'), camel, words.join('.')]
}

/** The fewest words. */
function split(name: string): string[] {
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
  const words = best[name.length]
  if (words === undefined) throw new Error(`stack/agents/names.ts: no words for ${JSON.stringify(name)}`)
  return words
}
