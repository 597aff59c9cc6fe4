/** A certificate of 127.0.0.1, or of a name, that signs itself, in DER written by hand (X.690): no tool and no file of a key is needed. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

const HOUR_MS = 3_600_000

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Uint8Array) => der(0x04, content)
/** 20261121183000Z */
const time = (ms: number) => der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')))

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
const BASIC_CONSTRAINTS = sequence(oid('551d13'), octets(sequence(der(0x01, Buffer.from([0xff])))))
const LOOPBACK = der(0x87, Buffer.from([127, 0, 0, 1]))
const alternativeName = (name: Uint8Array) => sequence(oid('551d11'), octets(sequence(name)))

/** Of `host`, a name of DNS; of 127.0.0.1 without one. */
export function selfSigned(host?: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(`test ${serial.toString('hex')}`)))))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    name,
    sequence(time(Date.now() - HOUR_MS), time(Date.now() + HOUR_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(BASIC_CONSTRAINTS, alternativeName(host === undefined ? LOOPBACK : der(0x82, Buffer.from(host)))),
    ),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const text = sequence(body, ECDSA_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  }
}
