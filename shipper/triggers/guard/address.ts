/** Whether an IP address may be sent to: a table of networks, and IPv6 forms that carry an IPv4 address looked into. */
import { isIPv4, isIPv6 } from 'node:net'

export interface Network {
  /** 4 or 16 bytes. */
  readonly bytes: Uint8Array
  /** Bits that count. */
  readonly length: number
}

/**
 * What is never sent to, IPv4. IANA's special-purpose registry, and addresses at which clouds hand out credentials.
 * `nameable`: may be allowed by name; `all` also allows what is private in the sense of RFC 1918.
 */
const IPV4: readonly (readonly [cidr: string, what: string, nameable?: 'private' | 'shared'])[] = [
  ['100.100.100.200/32', 'a metadata address (Alibaba Cloud)'],
  ['168.63.129.16/32', 'a metadata address (Azure)'],
  ['192.0.0.192/32', 'a metadata address (Oracle Cloud)'],
  ['169.254.169.254/32', 'a metadata address'],
  ['0.0.0.0/8', 'unspecified ("this network")'],
  ['10.0.0.0/8', 'private', 'private'],
  ['100.64.0.0/10', "shared (a provider's NAT)", 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private', 'private'],
  ['192.0.0.0/24', 'reserved for protocols'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.31.196.0/24', 'reserved (AS112)'],
  ['192.52.193.0/24', 'reserved (AMT)'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['192.168.0.0/16', 'private', 'private'],
  ['192.175.48.0/24', 'reserved (AS112)'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
]

/** The same of IPv6. Besides these, only 2000::/3 is in use on the Internet: everything else is refused as well. */
const IPV6: readonly (readonly [cidr: string, what: string, nameable?: 'private' | 'shared'])[] = [
  // Instance metadata (::254), credentials of pods (::23), and what else AWS answers with inside a network.
  ['fd00:ec2::/32', 'a metadata address (AWS)'],
  ['fd20:ce::254/128', 'a metadata address (Google Cloud)'],
  ['fd00:c1::a9fe:a9fe/128', 'a metadata address (Oracle Cloud)'],
  ['fd00:42::42/128', 'a metadata address (Scaleway)'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4-compatible'],
  ['64:ff9b:1::/48', 'a local NAT64 network'],
  ['100::/64', 'discarded'],
  ['2001::/32', 'a Teredo tunnel'],
  ['2001::/23', 'reserved for protocols'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', 'a 6to4 tunnel'],
  ['2620:4f:8000::/48', 'reserved (AS112)'],
  ['3fff::/20', 'for documentation'],
  ['5f00::/16', 'for segment routing'],
  ['fc00::/7', 'private (unique local)', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
]

const GLOBAL_UNICAST = networkOf('2000::/3')!
/** An IPv4 address as a dual-stack socket writes it. */
const MAPPED = networkOf('::ffff:0:0/96')!
/** RFC 6052: with DNS64 every IPv4-only host of the Internet has such an address. */
const NAT64 = networkOf('64:ff9b::/96')!

interface Row {
  readonly network: Network
  readonly what: string
  readonly nameable: 'private' | 'shared' | undefined
}

const ROWS: readonly Row[] = [...IPV4, ...IPV6].map(([cidr, what, nameable]) => {
  return { network: networkOf(cidr)!, what, nameable }
})

/** Private networks that may be sent to. */
export interface Allowed {
  readonly isAll: boolean
  readonly networks: readonly Network[]
}

/** `faults`: entries that are no network, or reach beyond the private ones; they allow nothing. */
export function readAllowed(entries: readonly string[]): { allowed: Allowed; faults: string[] } {
  const faults: string[] = []
  const networks = entries.flatMap((entry) => {
    if (entry === 'all') return []
    const network = networkOf(entry)
    const isPrivate = network !== undefined && ROWS.some((row) => row.nameable && covers(row.network, network))
    if (!isPrivate) faults.push(`${JSON.stringify(entry)} is no private network. ${NETWORKS_ALLOWED}`)
    return isPrivate ? [network] : []
  })
  return { allowed: { isAll: entries.includes('all'), networks }, faults }
}

const NETWORKS_ALLOWED =
  'Allowed: all, or networks within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7.'

/** Why an address (text of an IP) must not be sent to, as in "127.0.0.1 is loopback"; undefined: it may. */
export function addressFault(address: string, allowed: Allowed): string | undefined {
  const bytes = bytesOf(address)
  if (bytes === undefined) return `${address} is no address that can be checked`
  const fault = faultOf(bytes, allowed)
  return fault && `${address} is ${fault}`
}

function faultOf(bytes: Uint8Array, allowed: Allowed): string | undefined {
  if (within(bytes, MAPPED)) return faultOf(bytes.subarray(12), allowed)
  if (within(bytes, NAT64)) {
    const inner = faultOf(bytes.subarray(12), NOTHING)
    return inner && `a NAT64 address of one that is ${inner}`
  }
  const row = ROWS.find(({ network }) => within(bytes, network))
  if (row === undefined) return bytes.length === 4 || within(bytes, GLOBAL_UNICAST) ? undefined : 'not of the Internet'
  return isAllowed(bytes, row, allowed) ? undefined : row.what
}

const NOTHING: Allowed = { isAll: false, networks: [] }

function isAllowed(bytes: Uint8Array, { nameable }: Row, { isAll, networks }: Allowed): boolean {
  if (nameable === undefined) return false
  return (isAll && nameable === 'private') || networks.some((network) => within(bytes, network))
}

function within(bytes: Uint8Array, { bytes: prefix, length }: Network): boolean {
  if (bytes.length !== prefix.length) return false
  const whole = length >> 3
  for (let i = 0; i < whole; i++) if (bytes[i] !== prefix[i]) return false
  const mask = 0xff00 >> (length & 7)
  return (length & 7) === 0 || (bytes[whole]! & mask & 0xff) === (prefix[whole]! & mask & 0xff)
}

function covers(outer: Network, inner: Network): boolean {
  return inner.length >= outer.length && within(inner.bytes, outer)
}

/** 10.1.0.0/16, fd00::/8, or one address; undefined when it is none. */
export function networkOf(text: string): Network | undefined {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bytes = bytesOf(address)
  if (bytes === undefined) return undefined
  const length = bits === undefined ? bytes.length * 8 : Number(bits)
  return length <= bytes.length * 8 ? { bytes, length } : undefined
}

/** 4 or 16 bytes; undefined for what is no plain address: an address with a zone (fe80::1%eth0) is none. */
function bytesOf(address: string): Uint8Array | undefined {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address) || address.includes('%')) return undefined
  const [front = '', back] = address.split('::') as [string, string?]
  const head = groupsOf(front)
  const tail = back === undefined ? [] : groupsOf(back)
  const groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** Of half an IPv6 address; dotted digits at its end are two groups. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a, b, c, d] = group.split('.').map(Number) as [number, number, number, number]
    return [(a << 8) | b, (c << 8) | d]
  })
}
