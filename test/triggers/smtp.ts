/** A mail server on loopback (RFC 5321, as much as tests need) that writes down what it is told. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'

export interface MailServer {
  readonly port: number
  /** Commands as they came, those of TLS behind "TLS ". */
  readonly commands: string[]
  /** Header and body of each mail, dots undone. */
  readonly mails: string[]
}

export interface MailServerOptions {
  /** Offers STARTTLS, or with `implicit` begins with TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly implicit?: boolean
  /** What it says to a command, by its first word, instead of yes. */
  readonly says?: Readonly<Record<string, string>>
}

export async function mailServer(
  t: Pick<TestContext, 'after'>,
  { tls, implicit = false, says = {} }: MailServerOptions = {},
): Promise<MailServer> {
  const commands: string[] = []
  const mails: string[] = []
  const open = new Set<Socket>()

  const talk = (socket: Socket, isSecure: boolean, greet: boolean) => {
    let rest = ''
    let isData = false
    const say = (text: string) => void socket.write(`${text}\r\n`)
    const command = (line: string) => {
      commands.push(`${isSecure ? 'TLS ' : ''}${line}`)
      const word = line.split(' ')[0]!.toUpperCase()
      if (says[word] !== undefined) return say(says[word])
      if (word === 'EHLO')
        return say(
          ['250-test', ...(tls && !isSecure ? ['250-STARTTLS'] : []), '250-8BITMIME', '250 AUTH PLAIN LOGIN'].join(
            '\r\n',
          ),
        )
      if (word === 'STARTTLS') {
        say('220 go')
        socket.removeAllListeners('data')
        return talk(new TLSSocket(socket, { isServer: true, ...tls }), true, false)
      }
      if (word === 'AUTH') return say('235 in')
      if (word === 'DATA') isData = true
      say(word === 'DATA' ? '354 go on' : word === 'QUIT' ? '221 bye' : '250 ok')
    }
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1')
      for (;;) {
        const end = rest.indexOf(isData ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const part = rest.slice(0, end)
        rest = rest.slice(end + (isData ? 5 : 2))
        if (!isData) command(part)
        else {
          isData = false
          mails.push(part.replaceAll('\r\n..', '\r\n.'))
          say(says['.'] ?? '250 queued')
        }
      }
    })
    if (greet) say(says['greeting'] ?? '220 test ESMTP')
  }
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    talk(implicit ? new TLSSocket(socket, { isServer: true, ...tls }) : socket, implicit, true)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, commands, mails }
}
