/** Run by guard.test.ts, as authorities are read when Node starts: delivers over TLS to receivers of three certificates. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { openTriggers } from '../../shipper/triggers/triggers.ts'
import { selfSigned } from '../kubernetes/certificate.ts'
import { mailServer } from './smtp.ts'
import { event, feedOf, KEY, PUBLIC, until, value } from './world.ts'

const folder = process.env['TLS_FOLDER']
if (folder === undefined) parent()
else await child(folder)

function parent(): void {
  const made = mkdtempSync(join(tmpdir(), 'longship-tls-'))
  const certificate = selfSigned('hooks.example')
  writeFileSync(join(made, 'cert.json'), JSON.stringify(certificate))
  writeFileSync(join(made, 'ca.pem'), certificate.cert)
  const env = { ...process.env, TLS_FOLDER: made, NODE_EXTRA_CA_CERTS: join(made, 'ca.pem') }
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url)]
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 })
  rmSync(made, { recursive: true })
  process.stdout.write(stdout)
  process.stderr.write(stderr)
}

async function child(made: string): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const seen: { servername: unknown; host: unknown }[] = []
  const listen = async (certificate: { key: string; cert: string }) => {
    const server = createServer(certificate, (request, response) => {
      seen.push({
        servername: (request.socket as TLSSocket & { servername: unknown }).servername,
        host: request.headers.host,
      })
      response.end('ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server
  }
  const trusted = await listen(JSON.parse(readFileSync(join(made, 'cert.json'), 'utf8')))
  const untrusted = await listen(selfSigned('hooks.example'))
  const send = async (port: number, url: string, more: object = {}) => {
    const feed = feedOf()
    const triggers = openTriggers({
      configured: [],
      stateFile: join(made, `${port}-${url.length}.json`),
      deadLetterFile: join(made, `${port}-${url.length}.jsonl`),
      secretKey: KEY,
      allowPrivate: [],
      feed,
      now: Date.now,
      random: Math.random,
      sleep: async () => {},
      resolve: async () => [PUBLIC],
      connect: () => connectTcp(port, '127.0.0.1'),
      onProblem: () => {},
    })
    const { id } = value(triggers.create({ name: 'x', url, retries: 0, ...more }))
    feed.append(event(1))
    await until(() => triggers.stats()[id]!.queued === 0 && triggers.stats()[id]!.matched === 1)
    const stats = triggers.stats()[id]!
    await triggers.close()
    return stats
  }
  const port = (server: typeof trusted) => (server.address() as AddressInfo).port
  const good = await send(port(trusted), 'https://hooks.example/x')
  const otherName = await send(port(trusted), 'https://other.example/')
  const bad = await send(port(untrusted), 'https://hooks.example/y')
  const tls = JSON.parse(readFileSync(join(made, 'cert.json'), 'utf8'))
  const mail = { kind: 'email', from: 'a@b.example', to: 'c@d.example', username: 'user', password: 'pass' }
  const ends: (() => void)[] = []
  const said = async (url: string, implicit: boolean) => {
    const server = await mailServer({ after: (end) => void ends.push(end as () => void) }, { tls, implicit })
    const { delivered, last_error: error } = await send(server.port, url, mail)
    return {
      delivered,
      error,
      auth: server.commands.filter((line) => line.includes('AUTH')).map((line) => line.slice(0, 14)),
    }
  }
  const smtps = await said('smtps://hooks.example', true)
  const starttls = await said('smtp://hooks.example', false)
  const otherMail = await said('smtp://other.example', false)
  for (const end of ends) end()
  console.log(
    JSON.stringify({
      trusted: { delivered: good.delivered, ...seen[0] },
      otherName: otherName.last_error,
      untrusted: bad.last_error,
      smtps,
      starttls,
      otherMail,
    }),
  )
  trusted.close()
  untrusted.close()
}
