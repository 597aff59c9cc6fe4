/** Words that stand before a colon or a hyphen in sentences rather than at the beginning of a program's own lines. */

/** What nobody calls a part of a program: "Total: 12", "Status: ok", "User: logged in", "<none> was given". */
const NEVER_NAMES = new Set(
  (
    'error errors err warning warnings note notice failed failure failures exception usage hint reason result results caused cause ' +
    'version status total totals uptime progress ' +
    'value type success done loaded found got expected actual received sent starting started stopped stopping summary ' +
    'details detail description example invalid missing cannot could unable please see tip important attention ready ok yes no ' +
    'finished completed waiting retrying elapsed duration none null nil ' +
    'undefined empty unknown true false'
  ).split(' '),
)

/** These are parts of programs as well, when they are written small: "user: logged in". */
const CAPITALIZED = new Set(
  'Message Messages Password User Username Url Uri Path Name Key Line Column Address Response Request Input Output Time Date Size Count'.split(
    ' ',
  ),
)

/** Longer than all of them. */
const LONGEST = 11

/** What may be a part's name, where a layout has a place for one. */
const DOUBTFUL = new Set(
  (
    'http https ftp file exit default config configuration using options option arguments args command cmd port host hostname ' +
    'server login connection connected disconnected listening sending from to at in of by with for on id state mode info ' +
    'debug fatal critical deprecated stack trace traceback body data payload query params headers code running retry attempt'
  ).split(' '),
)

/** In capitals it is no sentence's: Nokia's "MINOR: USER #2009 ". */
export function isNeverName(word: unknown): boolean {
  if (typeof word !== 'string' || word.length > LONGEST) return false
  const second = word.charCodeAt(1)
  if (second < 0x61) return false
  if (word.charCodeAt(0) > 0x60) return NEVER_NAMES.has(word)
  return CAPITALIZED.has(word) || NEVER_NAMES.has(word.toLowerCase())
}

export function isProseTag(word: string): boolean {
  const lower = word.toLowerCase()
  return (
    NEVER_NAMES.has(lower) || DOUBTFUL.has(lower) || CAPITALIZED.has(`${word.charAt(0).toUpperCase()}${lower.slice(1)}`)
  )
}
