/**
 * Takes secrets out of records before anything leaves the process. `mayHoldBytes` is what clean lines pay for: one pass
 * over the bytes; `redact` is called only for the few records whose line it lets through.
 */
import { LongshipError } from '../errors.ts'
import { IDENTIFIERS, type LogRecord, TEXT_FIELDS, type TextField } from '../record.ts'
import { didYouMean } from '../suggest.ts'
import { type Fields, JsonNumber, type Value } from '../terms/json.ts'
import { compileAllow } from './allow.ts'
import { isCard } from './card.ts'
import { compileKeys, isHarmlessEnding, nounKeywords, type SecretKey } from './keys.ts'
import { compileKeyword, type Keyword } from './keyword.ts'
import { compileOwnRules, type OwnRule, type OwnRuleConfig } from './own.ts'
import { isHarmless } from './pairs.ts'
import { compilePrefilter } from './prefilter.ts'
import { CARD_RULE, RULES } from './rules.ts'
import { isAuthField } from './shapes.ts'
import { TextRedactor } from './text.ts'

export interface RedactConfig {
  readonly enabled: boolean
  /** Names of fields that stay (case and separators do not count), whole values that stay, /patterns/ of such values. */
  readonly allow: readonly string[]
  readonly rules: readonly OwnRuleConfig[]
  /** Names of built-in rules that are off. */
  readonly disable: readonly string[]
}

export interface Redactor {
  /** False: no rule would change anything in a record made from this text (the whole event, as it was read). */
  mayHold(text: string): boolean
  mayHoldBytes(bytes: Uint8Array, start: number, end: number): boolean
  /** Replaces secrets by [redacted:<rule>], in place; true when there were any. Running it again changes nothing. */
  redact(record: LogRecord): boolean
  /**
   * The whole text of the record that was redacted last, without what was taken out of that. Undefined when it cannot be
   * told that nothing of it is left: the text says it in another way. Counts nothing.
   */
  clean(text: string): string | undefined
  /** How many secrets each rule has replaced; every active rule is named. */
  readonly counts: ReadonlyMap<string, number>
}

export const DEFAULT_REDACT: RedactConfig = { enabled: true, allow: [], rules: [], disable: [] }

/** Names of the built-in rules, for the configuration's check. */
export const REDACT_RULES: readonly string[] = [...RULES.map((rule) => rule.name), CARD_RULE.name]

/** Throws LongshipError('config') for an own rule whose pattern does not compile, and for names that do not exist. */
export function createRedactor(config: RedactConfig = DEFAULT_REDACT): Redactor {
  if (!config.enabled) return OFF
  config.disable.forEach(checkRule)
  const own = compileOwnRules(config.rules)
  const names = [...REDACT_RULES, ...own.map((rule) => rule.name)]
  const isOn = (name: string) => !config.disable.includes(name)
  const keywords = [...builtInKeywords(isOn), ...own.flatMap((rule, i) => ownKeywords(rule, REDACT_RULES.length + i))]
  const isAlways = own.some((rule) => rule.stems.length === 0)
  const hasCards = isOn(CARD_RULE.name)
  const prefilter = compilePrefilter(keywords, hasCards)
  const records = new RecordRedactor(names, keywords, own, config, hasCards)
  return {
    mayHold: (text) => isAlways || prefilter(records.text.load(text), 0, text.length),
    mayHoldBytes: (bytes, start, end) => isAlways || prefilter(bytes, start, end),
    redact: (record) => records.redact(record),
    clean: (text) => records.clean(text),
    get counts() {
      return new Map(names.filter(isOn).map((name) => [name, records.counts[names.indexOf(name)]]))
    },
  }
}

function checkRule(name: string, index: number): void {
  if (REDACT_RULES.includes(name)) return
  const known = `Known: ${REDACT_RULES.join(', ')}.`
  const where = `redact.disable[${index}]`
  throw new LongshipError(
    'config',
    `${where} names no rule, got ${JSON.stringify(name)}. ${known}${didYouMean(name, REDACT_RULES)}`,
  )
}

const OFF: Redactor = {
  mayHold: () => false,
  mayHoldBytes: () => false,
  redact: () => false,
  clean: (text) => text,
  counts: new Map(),
}

function builtInKeywords(isOn: (name: string) => boolean): Keyword[] {
  return RULES.flatMap((rule, index) => {
    if (!isOn(rule.name)) return []
    if ('keys' in rule) return rule.keys.flatMap(nounKeywords).map((source) => compileKeyword(source, false, index))
    return rule.keywords.map((source) => compileKeyword(source, rule.exact, index))
  })
}

function ownKeywords(rule: OwnRule, index: number): Keyword[] {
  return rule.stems.map((stem) => compileKeyword(stem, false, index))
}

/** Values nest as JSON does; deeper than any program writes, what is left is taken out whole. */
const MAX_DEPTH = 500

const IDENTIFIER_FIELDS = new Set<string>(IDENTIFIERS)
/** Digits under such a name are an id or a moment, not a card. */
const ID_NAME =
  /(?:^|[^a-z])(?:u?id|uuid|guid|seq|sequence|offset|nanos|micros|ns|us|time|timestamp|ts)s?$|[a-z](?:Id|Ns|Seq|Time)$/i
const CARD_TEXT = /^[0-9]{13,19}$/

class RecordRedactor {
  readonly text: TextRedactor
  readonly counts: number[]
  readonly #classify: (name: string) => SecretKey | undefined
  readonly #isAllowedName: (name: string) => boolean
  readonly #isAllowedValue: (value: string) => boolean
  readonly #names: readonly string[]
  readonly #isOn: (rule: number) => boolean
  readonly #cards: boolean
  #changed = false
  /** Values that were taken out of the last record for their name. */
  readonly #taken: string[] = []

  constructor(
    names: readonly string[],
    keywords: readonly Keyword[],
    own: readonly OwnRule[],
    config: RedactConfig,
    cards: boolean,
  ) {
    const allow = compileAllow(config.allow)
    const nouns = RULES.flatMap((rule, index) =>
      'keys' in rule && !config.disable.includes(rule.name) ? rule.keys.map((noun) => [index, noun] as const) : [],
    )
    const classify = compileKeys(nouns)
    this.#classify = (name) => (allow.isName(name) ? undefined : classify(name))
    this.#isAllowedName = allow.isName
    this.#isAllowedValue = allow.isValue
    this.#names = names
    this.#isOn = (rule) => !config.disable.includes(names[rule])
    this.#cards = cards
    this.counts = names.map(() => 0)
    this.text = new TextRedactor({ names, keywords, own, cards, classify: this.#classify, isAllowed: allow.isValue })
  }

  redact(record: LogRecord): boolean {
    this.#changed = false
    this.#taken.length = 0
    this.text.removed.length = 0
    for (const name of TEXT_FIELDS) this.#textField(record, name)
    record.service = this.#plain(record.service, '')
    record.node = this.#plain(record.node, '')
    if (record.env !== undefined) record.env = this.#plain(record.env, '')
    for (const { text, rule } of this.text.removed) this.#copies(record.fields, text, rule)
    if (record.fields.size > 0) this.#members(record.fields, undefined, 0)
    return this.#changed
  }

  clean(text: string): string | undefined {
    const cleaned = this.text.redact(text, [...this.counts])
    this.text.removed.length = 0
    const isGone = (value: string) => text.includes(value) && !cleaned.includes(value)
    return cleaned !== text && this.#taken.every(isGone) ? cleaned : undefined
  }

  /** Formats read key=value pairs out of a message: those that stood inside a secret are parts of it. */
  #copies(fields: Fields, secret: string, rule: string): void {
    const pairs = new Set(secret.split(/[;,&\s]/).map((part) => part.replaceAll('"', '')))
    for (const [name, value] of fields) {
      if (typeof value !== 'string' || value === '' || this.#isAllowedName(name)) continue
      const isPart = pairs.has(`${name}=${value}`) || pairs.has(`${name.replace(COPY_ENDING, '')}=${value}`)
      if (isPart) fields.set(name, this.#replaced(rule, value))
    }
  }

  #textField(record: LogRecord, name: TextField): void {
    const text = record.text[name]
    if (text === undefined || text === '') return
    record.text[name] = this.#plain(text, IDENTIFIER_FIELDS.has(name) ? 'id' : '')
  }

  /** Text that is no secret by its name. */
  #plain(text: string, name: string): string {
    if (CARD_TEXT.test(text) && ID_NAME.test(name)) return text
    const redacted = this.text.redact(text, this.counts)
    if (redacted !== text) this.#changed = true
    return redacted
  }

  #members(fields: Fields, outer: SecretKey | undefined, depth: number): void {
    let renamed: [string, string][] | undefined
    const described = this.#describedKey(fields)
    for (const [name, value] of fields) {
      const isValue = described !== undefined && VALUE_NAME.test(name)
      const changed = this.#value(value, name, isValue ? described : this.#keyOf(name, outer), depth)
      if (changed !== value) fields.set(name, changed)
      if (name.length >= SHORTEST_IN_NAME) {
        const clean = this.#plain(name, '')
        if (clean !== name) (renamed ??= []).push([name, clean])
      }
    }
    if (renamed !== undefined) rename(fields, new Map(renamed))
  }

  #keyOf(name: string, outer: SecretKey | undefined): SecretKey | undefined {
    if (this.#isAllowedName(name)) return undefined
    return this.#classify(name) ?? (outer !== undefined && isHarmlessEnding(name) ? undefined : outer)
  }

  /** {"name": "DB_PASSWORD", "value": "x"}: environments, headers and parameters as lists. */
  #describedKey(fields: Fields): SecretKey | undefined {
    if (fields.size < 2 || fields.size > 8) return undefined
    for (const [name, value] of fields) {
      if (typeof value === 'string' && DESCRIBING_NAME.test(name)) {
        const key = this.#classify(value)
        if (key !== undefined) return key
      }
    }
    return undefined
  }

  #value(value: Value, name: string, key: SecretKey | undefined, depth: number): Value {
    if (typeof value === 'string') return key === undefined ? this.#text(value, name) : this.#secret(value, name, key)
    if (typeof value === 'number' || value instanceof JsonNumber) return this.#number(value, name, key)
    if (value === null || typeof value === 'boolean') return value
    if (depth >= MAX_DEPTH) return this.#replaced('depth', UNKNOWN)
    if (!Array.isArray(value)) {
      this.#members(value, key, depth + 1)
      return value
    }
    for (let i = 0; i < value.length; i++) {
      value[i] = this.#value(value[i], name, key ?? this.#optionKey(value[i - 1]), depth + 1)
    }
    return value
  }

  /** ["--password", "x"]: the list of a command's arguments. */
  #optionKey(before: Value | undefined): SecretKey | undefined {
    return typeof before === 'string' && OPTION.test(before)
      ? this.#keyOf(before.replace(/^-+/, ''), undefined)
      : undefined
  }

  #text(value: string, name: string): string {
    const rule = isAuthField(name, value) ? REDACT_RULES.indexOf('docker_auth') : -1
    if (rule === -1 || !this.#isOn(rule) || this.#isAllowedName(name)) return this.#plain(value, name)
    this.counts[rule]++
    return this.#replaced(this.#names[rule], value)
  }

  #secret(value: string, name: string, key: SecretKey): string {
    if (isHarmless(value, name, key) || this.#isAllowedValue(value)) return this.#plain(value, name)
    // postgres://user:password@host under connection_string or *_secret_url keeps user and host.
    if (this.#names[key.rule] === 'connection_string' && value.includes('://')) return this.#plain(value, name)
    this.counts[key.rule]++
    return this.#replaced(this.#names[key.rule], value)
  }

  #number(value: number | JsonNumber, name: string, key: SecretKey | undefined): Value {
    const digits = typeof value === 'number' ? String(value) : value.text
    if (key !== undefined && !key.plural && !isHarmless(digits, name, key) && !this.#isAllowedValue(digits)) {
      this.counts[key.rule]++
      return this.#replaced(this.#names[key.rule], digits)
    }
    if (!this.#cards || digits.length < 13 || ID_NAME.test(name) || !isCard(digits) || this.#isAllowedValue(digits)) {
      return value
    }
    this.counts[this.#names.indexOf(CARD_RULE.name)]++
    return this.#replaced(CARD_RULE.name, digits)
  }

  #replaced(rule: string, value: string): string {
    this.#changed = true
    this.#taken.push(value)
    return `[redacted:${rule}]`
  }
}

/** Stands in no text: what was taken out is not one value. */
const UNKNOWN = '\0\0'
/** What a field's name gets behind it when the name is taken. */
const COPY_ENDING = /_(?:[0-9]+|original)$/
const OPTION = /^--?[A-Za-z][A-Za-z0-9_.-]{0,63}$/
const VALUE_NAME = /^(?:value|val|string_?value|text_?value)$/i
const DESCRIBING_NAME = /^(?:name|key|field|header|param|parameter|variable)$/i
/** No shorter name can be a secret itself. */
const SHORTEST_IN_NAME = 13

function rename(fields: Fields, names: ReadonlyMap<string, string>): void {
  const members = [...fields]
  fields.clear()
  for (const [name, value] of members) {
    const clean = names.get(name) ?? name
    let free = clean
    for (let count = 2; fields.has(free); count++) free = `${clean}_${count}`
    fields.set(free, value)
  }
}
