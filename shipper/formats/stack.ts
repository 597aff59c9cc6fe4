/**
 * Stack traces as they stand in logs: which language wrote one, the error's class and its message.
 * Never throws; a line is looked at once a language, with patterns that take time linear in its length.
 */
import { type ErrorName, firstException, lastPythonError } from './stack-errors.ts'

export interface Stack {
  readonly language: StackLanguage
  readonly error_type?: string
  readonly error?: string
  /** Node's error code: ERR_…, ECONNREFUSED. */
  readonly error_code?: string
  /** The whole text, nothing left out. */
  readonly stack: string
}

/** `… Uncaught Exception: message in /srv/a.php:3`; no pattern, since one that is not anchored would be quadratic. */
const isPhpUncaught = (line: string): boolean => line.includes('Uncaught ') && /\.php:\d+$/.test(line.slice(-40))

type LineTest = RegExp | ((line: string) => boolean)

interface Language {
  /** A line that only a trace of this language has: a frame, or the line that announces frames. */
  readonly marks: readonly LineTest[]
  /** The error of the trace: the outermost one, except in Python, whose last one is what ended the program. */
  error(lines: readonly string[], mark: number): ErrorName | undefined
}

const JAVA_FRAME =
  /^[ \t!]*at [^\s(]+\((?:[^()\s]*\.(?:java|kt|kts|scala|groovy|clj)(?::\d+)?|Native Method|Unknown Source|<generated>|<eval>:\d+)\)/
const NODE_FRAME = /^[ \t]*at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\)|\(node:[^()\s]*\)|\(index \d+\))(?: \{)?$/
const DOTNET_FRAME = /^[ \t]+at [\p{L}_][^\s(]*(?: [^\s(]+)?\([^)]*\)/u

/** Order matters: a Rust frame looks like one of Node, a frame of .NET without its file like many. */
const LANGUAGES = {
  python: {
    marks: [/^[ |+]*(?:Exception Group )?Traceback \(most recent call last\):/, /^[ |]{2,}File "[^"]*", line \d+/],
    error: lastPythonError,
  },
  java: {
    marks: [JAVA_FRAME, /^[ \t!]*\.\.\. \d+ (?:more|common frames omitted)/, /^[ \t!]*Caused by: [\w$.]+\.[\w$]+/],
    error: firstException,
  },
  rust: {
    marks: [/^thread '[^']*' (?:\(\d+\) )?panicked at/, /^stack backtrace:$/, /^[ \t]+at \S*\.rs:\d+/],
    error: rustPanic,
  },
  node: { marks: [NODE_FRAME], error: firstException },
  dotnet: {
    marks: [/^[ \t]*--- End of (?:inner exception )?stack trace/, /^ *---> [\w.]+/, DOTNET_FRAME],
    error: firstException,
  },
  go: {
    marks: [/^goroutine \d+ [^[]{0,80}\[[^\]]*\]:$/, /^[ \t]+\/?\S*\.go:\d+(?: \+0x[0-9a-f]+)?$/],
    error: goPanic,
  },
  ruby: { marks: [/^\s*(?:\d+: )?(?:from )?(?:[A-Z]:)?[^\s:][^:]*:\d+:in [`'"]/], error: rubyError },
  dart: { marks: [/^#\d+ {2,}.*\(\S+\.dart:\d+/], error: firstException },
  php: {
    marks: [/^#\d+ (?:\{main\}|\[internal function\]|\S+\(\d+\): )/, /^\[stacktrace\]$/, isPhpUncaught],
    error: phpError,
  },
  elixir: { marks: [/^[ \t]+\([\w ]+ \d[\w.-]*\) \S+\.(?:exs?|erl):\d+: /], error: elixirError },
} satisfies Record<string, Language>

export type StackLanguage = keyof typeof LANGUAGES

/** A trace with more lines than this is told by its first ones. */
const MAX_MARK_LINES = 400

/**
 * Reads continuation lines, or a whole trace that stands alone (head and continuation lines joined by \n).
 * Undefined when the text holds no trace of a known language.
 */
export function parseStack(text: string): Stack | undefined {
  const lines = text.split('\n')
  for (let i = 0; i < lines.length && i < MAX_MARK_LINES; i++) {
    const language = languageOf(lines[i]!)
    if (language) return { language, ...LANGUAGES[language].error(lines, i), stack: text }
  }
  return undefined
}

/** The language whose trace this line can only be part of. */
export function languageOf(line: string): StackLanguage | undefined {
  for (const name in LANGUAGES) {
    const language: Language = LANGUAGES[name as StackLanguage]
    for (const mark of language.marks) {
      if (typeof mark === 'function' ? mark(line) : mark.test(line)) return name as StackLanguage
    }
  }
  return undefined
}

/** `panic: message [recovered]`, `fatal error: all goroutines are asleep`, `[signal SIGSEGV: …]` below it. */
function goPanic(lines: readonly string[]): ErrorName | undefined {
  for (const line of lines) {
    const match = /^(?:http: panic serving \S+ )?(panic|fatal error|runtime): (.*)/.exec(line)
    if (match) return { error_type: match[1], error: match[2]!.replace(/ \[recovered\]$/, '') }
  }
  return undefined
}

/** `thread 'main' panicked at src/main.rs:2:5:` and the message below it; before Rust 1.73 `panicked at 'message', src/…`. */
function rustPanic(lines: readonly string[]): ErrorName | undefined {
  const at = lines.findIndex((line) => line.startsWith("thread '"))
  if (at < 0) return firstException(lines, lines.length)
  const old = /panicked at '(.*)', \S+:\d+:\d+$/.exec(lines[at]!)
  return { error_type: 'panic', error: old ? old[1] : lines[at + 1] }
}

/** `a.rb:3:in 'm': message (ClassName)`; Rails and Ruby's Logger: `message (ClassName)` or `ClassName (message):` above the frames. */
function rubyError(lines: readonly string[], mark: number): ErrorName | undefined {
  const frame = lines[mark]!
  const inline = /^:in [`'"][^'"]*['"]: (.*?) \(([A-Z][\w:]*)\)$/.exec(frame.slice(Math.max(0, frame.indexOf(':in '))))
  if (inline) return { error_type: inline[2], error: inline[1] }
  for (let i = 0; i < mark; i++) {
    const rails = /^([A-Z][\w:]*(?:Error|Exception|NotFound|Invalid)) \((.*)\):?$/.exec(lines[i]!)
    if (rails) return { error_type: rails[1], error: rails[2] }
    const logger = /^(.*) \(([A-Z][\w:]*)\)$/.exec(lines[i]!)
    if (logger) return { error_type: logger[2], error: logger[1] }
  }
  return firstException(lines, mark)
}

/** `PHP Fatal error:  Uncaught Exception: message in /f.php:3`; Monolog: `[object] (Exception(code: 0): message at /f.php:3)`. */
function phpError(lines: readonly string[], mark: number): ErrorName | undefined {
  for (let i = 0; i <= mark; i++) {
    const line = lines[i]!
    const uncaught = line.indexOf('Uncaught ')
    const match =
      uncaught >= 0 ? /^(?:exception ')?([\w\\]+)'?(?:: | with message ')(.*)/.exec(line.slice(uncaught + 9)) : null
    if (match) return { error_type: match[1], error: match[2]!.replace(/'? in \S+:\d+$/, '') }
    const object = line.indexOf('[object] (')
    const inner = object >= 0 ? /^([\w\\]+)\(code: [^)]*\): (.*)/.exec(line.slice(object + 10)) : null
    if (inner) return { error_type: inner[1], error: inner[2]!.replace(/ at \S+:\d+\)?$/, '') }
  }
  return firstException(lines, mark)
}

/** `** (RuntimeError) message`. */
function elixirError(lines: readonly string[]): ErrorName | undefined {
  for (const line of lines) {
    const match = /\*\* \(([\w.]+)\) (.*)/.exec(line)
    if (match) return { error_type: match[1], error: match[2] }
  }
  return undefined
}
