/** ip("192.168.0.1"), ip("10.0.0.0/8"), ip("::1-::ff"): addresses, prefixes and ranges, and addresses inside a text (Go's net/netip). */

interface Address {
  /** 32 or 128. */
  readonly bits: number
  readonly value: bigint
  readonly zone: string
}

/** Whether an address found in a text is one of those asked for. Throws an Error with Loki's message for a wrong pattern. */
export function createIpMatch(pattern: string): (text: string) => boolean {
  const contains = containsOf(pattern)
  if (contains === undefined) throw new Error(`ip: invalid pattern: ${JSON.stringify(pattern)}`)
  return (text) => holdsAddress(text, contains)
}

type Contains = (address: Address) => boolean

function containsOf(pattern: string): Contains | undefined {
  const single = readAddress(pattern)
  if (single !== undefined) {
    return ({ bits, value, zone }) => bits === single.bits && value === single.value && zone === single.zone
  }
  const slash = pattern.lastIndexOf('/')
  if (slash >= 0) return prefixContains(pattern.slice(0, slash), pattern.slice(slash + 1))
  const dash = pattern.indexOf('-')
  if (dash < 0) return undefined
  const from = readAddress(pattern.slice(0, dash))
  const to = readAddress(pattern.slice(dash + 1))
  if (from === undefined || to === undefined || from.bits !== to.bits || from.value > to.value) return undefined
  if (from.zone !== '' || to.zone !== '') return undefined
  return ({ bits, value, zone }) => bits === from.bits && zone === '' && value >= from.value && value <= to.value
}

function prefixContains(text: string, length: string): Contains | undefined {
  const network = readAddress(text)
  if (network === undefined || network.zone !== '' || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined
  if (Number(length) > network.bits) return undefined
  const shift = BigInt(network.bits - Number(length))
  const start = network.value >> shift
  return ({ bits, value, zone }) => bits === network.bits && zone === '' && value >> shift === start
}

/** netip.ParseAddr. */
function readAddress(text: string): Address | undefined {
  for (const char of text) {
    if (char === '.') return readV4(text)
    if (char === ':') return readV6(text)
    if (char === '%') return undefined
  }
  return undefined
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

function readV4(text: string): Address | undefined {
  const match = V4.exec(text)
  if (match === null) return undefined
  let value = 0n
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part[0] === '0')) return undefined
    value = value * 256n + BigInt(part)
  }
  return { bits: 32, value, zone: '' }
}

/** The longest that an address may be, without its zone. */
const MAX_V6 = '0000:0000:0000:0000:0000:0000:255.255.255.255'.length

function readV6(text: string): Address | undefined {
  const percent = text.indexOf('%')
  const zone = percent < 0 ? '' : text.slice(percent + 1)
  let body = percent < 0 ? text : text.slice(0, percent)
  if ((percent >= 0 && zone === '') || body.length > MAX_V6) return undefined
  const colon = body.lastIndexOf(':')
  if (body.includes('.')) {
    const tail = readV4(body.slice(colon + 1))
    if (tail === undefined) return undefined
    body = `${body.slice(0, colon + 1)}${(tail.value >> 16n).toString(16)}:${(tail.value & 0xffffn).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return undefined
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const groups = [...head!, ...(rest ?? [])]
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  if (rest === undefined ? groups.length !== 8 : groups.length > 7) return undefined
  const all = [...head!, ...new Array<string>(8 - groups.length).fill('0'), ...(rest ?? [])]
  return { bits: 128, value: BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`), zone }
}

const V4_CHARS = charset('0123456789.')
const V6_CHARS = charset('0123456789abcdefABCDEF:.')
const HEX_CHARS = charset('0123456789abcdefABCDEF')

function charset(chars: string): Uint8Array {
  const set = new Uint8Array(256)
  for (const char of chars) set[char.charCodeAt(0)] = 1
  return set
}

/** Looks where an address may start, by its first characters, and takes as many as can belong to it. */
function holdsAddress(text: string, contains: Contains): boolean {
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i++) {
    const chars = i + 3 < bytes.length && isV4Start(bytes, i) ? V4_CHARS : isV6Start(bytes, i) ? V6_CHARS : undefined
    if (chars === undefined) continue
    let end = i
    while (end < bytes.length && chars[bytes[end]!] === 1) end++
    const address = end - i > MAX_V6 ? undefined : readAddress(bytes.toString('latin1', i, end))
    if (address !== undefined && contains(address)) return true
    i = end
  }
  return false
}

function isV4Start(bytes: Buffer, i: number): boolean {
  const first = bytes[i]!
  return first >= 48 && first <= 57 && (bytes[i + 1] === 46 || bytes[i + 2] === 46 || bytes[i + 3] === 46)
}

function isV6Start(bytes: Buffer, i: number): boolean {
  if (i + 4 >= bytes.length) return false
  if (bytes[i] === 58) return bytes[i + 1] === 58 && HEX_CHARS[bytes[i + 2]!] === 1
  for (let digits = 1; digits <= 4; digits++) {
    if (HEX_CHARS[bytes[i + digits - 1]!] !== 1) return false
    if (bytes[i + digits] === 58) return true
  }
  return false
}
