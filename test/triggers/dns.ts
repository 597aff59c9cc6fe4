/** A DNS server on loopback (RFC 1035, as much as tests need) whose answers are a function: it may change its mind. */
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import type { TestContext } from 'node:test'
import type { Resolve } from '../../shipper/triggers/guard/guard.ts'

const A = 1
const AAAA = 28

export interface Dns {
  /** As the product asks: every address of both families. */
  readonly resolve: Resolve
  /** Names that were asked for, once for each family. */
  readonly asked: string[]
}

/** `answer`: addresses of a name, of both families; called for each question. */
export async function dnsServer(
  t: TestContext,
  answer: (name: string, asked: number) => readonly string[],
): Promise<Dns> {
  const asked: string[] = []
  const server = createSocket('udp4')
  server.on('message', (query, from) => {
    const { name, type, end } = questionOf(query)
    asked.push(name)
    const all = answer(name, asked.filter((each) => each === name).length)
    const records = all.filter((address) => isIPv4(address) === (type === A)).map(recordOf)
    const head = Buffer.from(query.subarray(0, 12))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(records.length, 6)
    head.writeUInt32BE(0, 8)
    server.send(Buffer.concat([head, query.subarray(12, end), ...records]), from.port, from.address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  t.after(() => resolver.cancel())
  const none = () => []
  return {
    asked,
    resolve: async (host) =>
      (await Promise.all([resolver.resolve4(host).catch(none), resolver.resolve6(host).catch(none)])).flat(),
  }
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  while (query[at] !== 0) {
    const length = query[at]!
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** With a time to live of 0: nobody keeps it. */
function recordOf(address: string): Buffer {
  const data = isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(groups(address).flatMap((g) => [g >> 8, g & 255]))
  const head = Buffer.from([0xc0, 12, 0, isIPv4(address) ? A : AAAA, 0, 1, 0, 0, 0, 0, 0, data.length])
  return Buffer.concat([head, data])
}

function groups(address: string): number[] {
  const [front, back] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((g) => Number.parseInt(g, 16))))
  return back === undefined
    ? front!
    : [...front!, ...new Array<number>(8 - front!.length - back.length).fill(0), ...back]
}
