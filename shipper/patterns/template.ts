/** A template's or a line's tokens, and what comparing them needs of each as numbers: no string is compared in the tree. */
import { hashUnit, knownAs, STATE, WORD_SEED } from './shapes.ts'
import { PARAMETER, type TokenReader } from './tokens.ts'

export interface Template {
  readonly tokens: string[]
  /** 0: a parameter. */
  readonly hashes: Uint32Array
  /** Bits: see below. */
  readonly traits: Uint8Array
}

/** dns-update, log-rotator: what steps, hosts and queues are called. */
export const IDENTIFIER = 1
/** Words like true and failed: never names. */
export const STATE_WORD = 2
/** orders_topic, LinuxBridge, app.conf: a name that a program was given or gives itself. */
export const NAME_SHAPED = 8
/** Small letters only. */
export const LOWERCASE = 16
/** A key's value, or between `for` and `from`. */
export const NAME_PLACE = 4

export function templateOf(tokens: string[]): Template {
  const template = { tokens, hashes: new Uint32Array(tokens.length), traits: new Uint8Array(tokens.length) }
  for (let index = 0; index < tokens.length; index++) judge(template, index)
  return template
}

/** The line that was read last. */
export function lineOf(reader: TokenReader): Template {
  const tokens: string[] = []
  for (let index = 0; index < reader.count; index++) tokens.push(reader.word(index))
  const line = templateOf(tokens)
  for (let index = 1; index < tokens.length; index++) {
    const isBetween = tokens[index - 1] === 'for' && tokens[index + 1] === 'from'
    const isAlone = tokens[index - 1] !== PARAMETER && reader.standsAlone(index) && mayBeName(tokens[index])
    if (isBetween || reader.isValue(index) || isAlone) line.traits[index] |= NAME_PLACE
    if (reader.isKey(index)) line.traits[index] &= ~NAME_SHAPED
  }
  return line
}

export function blank(template: Template, index: number): void {
  template.tokens[index] = PARAMETER
  template.hashes[index] = 0
  template.traits[index] = 0
}

/** Joins a line, of as many tokens, into a template: what differs becomes a parameter. True when something has. */
export function generalize(template: Template, line: Template): boolean {
  let isChanged = false
  for (let index = 0; index < line.tokens.length; index++) {
    if (template.hashes[index] === line.hashes[index] || template.hashes[index] === 0) continue
    blank(template, index)
    isChanged = true
  }
  return isChanged
}

function judge({ tokens, hashes, traits }: Template, index: number): void {
  const token = tokens[index]
  if (token === PARAMETER) return
  let hash = WORD_SEED
  for (let at = 0; at < token.length; at++) hash = hashUnit(hash, token.charCodeAt(at))
  hashes[index] = hash >>> 0 || 1
  if (NAME.test(token)) traits[index] |= IDENTIFIER
  if (SHAPED.test(token)) traits[index] |= NAME_SHAPED
  if (/^[a-z]+$/.test(token)) traits[index] |= LOWERCASE
  if ((knownAs(token) & STATE) !== 0) traits[index] |= STATE_WORD
}

/** Neither a constant of a program (SCREEN_ON, onWake) nor what happened (started, running). */
function mayBeName(token: string): boolean {
  return SHAPED.test(token) || (/^[A-Za-z]?[a-z]+$/.test(token) && !/...(?:ed|ng|on)$/.test(token))
}

const SHAPED = /^_*[A-Za-z]?[a-z]+(?:[-_.][A-Za-z]?[a-z]+)+$|^(?:[A-Z][a-z]+){2,}$/
const NAME = /^[a-z]+(?:-[a-z]+)+$/
