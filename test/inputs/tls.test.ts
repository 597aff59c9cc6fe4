/** TLS of what listens: syslog (RFC 5425) and pushes, with and without certificates of senders; renewed while it runs. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { listenPush } from '../../shipper/inputs/push.ts'
import { listenSyslog } from '../../shipper/inputs/syslog.ts'
import { renew, type TlsFiles, tlsOptions } from '../../shipper/inputs/tls.ts'
import { until } from '../faults/harness.ts'
import { Catch, portOf } from './catch.ts'
import { certificate, fileOf } from './certificates.ts'

const server = certificate('server')
const sender = certificate('sender')
const stranger = certificate('stranger')

const PLAIN: TlsFiles = { cert_file: server.cert_file, key_file: server.key_file, client_ca_file: undefined }
const MUTUAL: TlsFiles = { ...PLAIN, client_ca_file: sender.cert_file }

function syslog(tls: TlsFiles, intake: Catch, more: { max_connections?: number } = {}) {
  const tcp = { host: '127.0.0.1', port: 0 }
  const options = {
    tcp,
    udp: undefined,
    max_connections: 8,
    max_message_bytes: 1024 * 1024,
    idle_timeout_ms: 60_000,
    tls,
  }
  return listenSyslog({ ...options, ...more }, intake)
}

async function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: server.cert, ...options })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve))
  return socket
}

test('syslog over TLS (RFC 5425): messages counted in octets, a megabyte of them in one', async () => {
  const intake = new Catch()
  const listening = await syslog(PLAIN, intake)
  assert.match(listening.addresses[0], /^syslog tls 127/)
  const socket = await dial(portOf(listening.addresses, 'syslog tls'))
  const long = `<13>${'x'.repeat(1_000_000)}`
  socket.write(`7 <13>abc${long.length} ${long}`)
  socket.end('7 <13>end')
  await until(() => intake.entries.length === 3, 'three messages')
  assert.deepEqual(intake.texts, ['<13>abc', long, '<13>end'])
  assert.deepEqual(intake.entries[0].place.around, { service: 'syslog', host: '127.0.0.1' })
  await listening.close()
})

test('who speaks no TLS, or an old one, is turned away and counted; the others are heard', async () => {
  const intake = new Catch()
  const listening = await syslog(PLAIN, intake)
  const port = portOf(listening.addresses, 'syslog tls')
  const plain = connectTcp(port, '127.0.0.1')
  plain.on('error', () => {})
  plain.write('<13>in the clear\n')
  await new Promise((resolve) => plain.resume().once('close', resolve))
  const old = await dial(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  assert.ok(old.destroyed || old.getProtocol() === null)
  const good = await dial(port)
  good.write('<13>heard\n')
  await until(() => intake.entries.length === 1, 'the message')
  assert.deepEqual(intake.texts, ['<13>heard'])
  assert.equal(intake.refused.get('syslog_handshake'), 2)
  await listening.close()
})

test('with an authority of senders, those without its certificate say nothing', async () => {
  const intake = new Catch()
  const listening = await syslog(MUTUAL, intake)
  const port = portOf(listening.addresses, 'syslog tls')
  for (const { cert, key } of [{ cert: undefined, key: undefined }, stranger]) {
    const socket = await dial(port, { cert, key })
    socket.write('<13>no\n')
    if (!socket.closed) await new Promise((resolve) => socket.resume().once('close', resolve))
  }
  const socket = await dial(port, sender)
  socket.write('<13>yes\n')
  await until(() => intake.entries.length === 1, 'the message')
  assert.deepEqual(intake.texts, ['<13>yes'])
  await listening.close()
})

test('connections that never finish their handshake are bounded, and take no seat', async () => {
  const intake = new Catch()
  const listening = await syslog(PLAIN, intake, { max_connections: 1 })
  const port = portOf(listening.addresses, 'syslog tls')
  const silent = Array.from({ length: 60 }, () => connectTcp(port, '127.0.0.1').on('error', () => {}))
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  const socket = await dial(port)
  socket.write('<13>heard\n')
  await until(() => intake.entries.length === 1, 'the message')
  const more = Array.from({ length: 20 }, () => connectTcp(port, '127.0.0.1').on('error', () => {}))
  await until(() => (intake.refused.get('syslog_connections') ?? 0) > 0, 'too many')
  for (const each of [...silent, ...more]) each.destroy()
  await listening.close()
})

function push(port: number, options: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const path = '/loki/api/v1/push'
    const asked = request({
      port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      headers,
      ca: server.cert,
      agent: false,
      ...options,
    })
    asked.on('response', (answer) => resolve(answer.resume().statusCode!)).on('error', reject)
    asked.end(JSON.stringify({ streams: [{ stream: { app: 'a' }, values: [['1700000000000000000', 'line']] }] }))
  })
}

test('pushes over HTTPS: with a token, with a certificate, with neither', async () => {
  const intake = new Catch()
  const options = { listen: { host: '127.0.0.1', port: 0 }, max_body_bytes: 65_536, max_unpacked_bytes: 262_144 }
  const open = await listenPush({ ...options, bearer_token: 'secret', tls: PLAIN }, intake)
  assert.match(open.addresses[0], /^push https:/)
  const port = portOf(open.addresses, 'push')
  assert.equal(await push(port, {}), 401)
  assert.equal(
    await push(port, { headers: { authorization: 'Bearer secret', 'content-type': 'application/json' } }),
    204,
  )
  await open.close()
  const mutual = await listenPush({ ...options, bearer_token: undefined, tls: MUTUAL }, intake)
  const other = portOf(mutual.addresses, 'push')
  await assert.rejects(push(other, {}))
  await assert.rejects(push(other, { cert: stranger.cert, key: stranger.key }))
  assert.equal(await push(other, { cert: sender.cert, key: sender.key }), 204)
  assert.deepEqual(intake.texts, ['line', 'line'])
  await mutual.close()
})

const serialOf = ({ cert }: { cert: string }) => new X509Certificate(cert).serialNumber

test('a renewed certificate is taken over; a broken one is said, and the one before stays', async () => {
  const before = certificate('before')
  const after = certificate('after')
  const files = {
    cert_file: fileOf('live.crt', before.cert),
    key_file: fileOf('live.key', before.key),
    client_ca_file: undefined,
  }
  const told: string[] = []
  const listener = createServer(tlsOptions(files, 'inputs.push.tls'), (socket) => void socket.on('error', () => {}))
  const stop = renew(listener, files, 'inputs.push.tls', (where, message) => void told.push(`${where}: ${message}`), 5)
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const serial = async () => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  assert.equal(await serial(), serialOf(before))
  copyFileSync(after.cert_file, files.cert_file)
  await until(() => told.length === 1, 'the key of another')
  assert.match(told[0], /^inputs.push.tls: .*live.crt, .*live.key.*certificate of before stays/)
  assert.equal(await serial(), serialOf(before))
  copyFileSync(after.key_file, files.key_file)
  for (let i = 0; i < 200 && (await serial()) !== serialOf(after); i++);
  assert.equal(await serial(), serialOf(after))
  assert.equal(told.length, 1)
  stop()
  listener.close()
})

test('what cannot be used is said at the start, with the file', () => {
  const missing = { ...PLAIN, key_file: '/nowhere/key.pem' }
  assert.throws(
    () => tlsOptions(missing, 'inputs.syslog.tls'),
    /inputs.syslog.tls.key_file cannot be read: .*\/nowhere/,
  )
  const foreign = { ...PLAIN, key_file: stranger.key_file }
  assert.throws(
    () => tlsOptions(foreign, 'inputs.syslog.tls'),
    /inputs.syslog.tls cannot be used \(.*server.crt, .*stranger.key/,
  )
  const empty = { ...PLAIN, cert_file: fileOf('empty.crt', '') }
  assert.throws(() => tlsOptions(empty, 'inputs.push.tls'), /empty.crt/)
})
