/** A mail to its server, over a connection that the guard opened. nodemailer speaks SMTP on it, and opens nothing itself. */
import { isIP, type Socket } from 'node:net'
import type { NodemailerError } from 'nodemailer'
import type { Allowed } from '../guard/address.ts'
import { failureText, type Guard } from '../guard/guard.ts'
import { MAIL_SCHEMES, readTarget, type Target } from '../guard/target.ts'
import type { MailMessage } from '../shapes/shape.ts'
import type { TriggerSettings } from '../trigger.ts'
import type { Outcome } from './outcome.ts'

export async function deliverMail(
  message: MailMessage,
  settings: TriggerSettings,
  way: { readonly guard: Guard; readonly allowed: Allowed },
  signal: AbortSignal,
): Promise<Outcome> {
  const read = readTarget(message.url, MAIL_SCHEMES, way.allowed)
  if (!read.ok) return { kind: 'refused', error: `url ${read.fault}` }
  const { target } = read
  const opened = await way.guard(target, signal)
  if (!opened.ok) return { kind: opened.isFinal ? 'refused' : 'retry', error: opened.fault }
  const { socket } = opened
  const onAbort = () => socket.destroy(new Error('no answer in time'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await hand(message, settings, target, socket)
    return { kind: 'delivered' }
  } catch (error) {
    if (signal.aborted) return { kind: 'retry', error: `${target.origin}: no answer in time` }
    return judged(error as NodemailerError, target)
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  }
}

/** Rejects with nodemailer's error. */
async function hand(
  { from, to, subject, text }: MailMessage,
  { username, password }: TriggerSettings,
  { host, port, scheme }: Target,
  socket: Socket,
): Promise<void> {
  // Loaded when the first mail is sent: most have no trigger of this kind.
  const { createTransport } = await import('nodemailer')
  const isSecure = scheme === 'smtps'
  const hasPassword = username !== undefined && password !== undefined
  const transport = createTransport({
    host,
    port,
    connection: socket,
    secure: isSecure,
    // The guard has shaken hands already.
    secured: isSecure,
    // A password never goes over a line that can be read.
    requireTLS: !isSecure && hasPassword,
    ...(hasPassword ? { auth: { user: username, pass: password } } : {}),
    ...(isIP(host) === 0 ? { tls: { servername: host } } : {}),
    socketCloseTimeout: 0,
    maxResponseSize: 64 * 1024,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // RFC 3834: so that no out-of-office note comes back.
  const headers = { 'Auto-Submitted': 'auto-generated' }
  await transport.sendMail({ from: mailbox(from), to: to.map(mailbox), subject, text, headers })
}

/** Parts rather than text, so that nothing is parsed twice. */
function mailbox(text: string): { name: string; address: string } {
  const [, name, address] = /^(.*) <([^>]*)>$/.exec(text) ?? ['', '', text]
  return { name: name!, address: address! }
}

/** RFC 5321 §4.2.1: 4yz may pass, 5yz does not. */
function judged(error: NodemailerError, { origin }: Target): Outcome {
  const { responseCode: status, response, code } = error
  if (status !== undefined && status !== 0) {
    const text = `${origin} answered ${response ?? status}`
    return { kind: status >= 500 ? 'refused' : 'retry', error: text, status }
  }
  if (code === 'EAUTH' || code === 'EENVELOPE' || code === 'ETLS') {
    return { kind: 'refused', error: `${origin}: ${WORDS[code]}` }
  }
  return { kind: 'retry', error: `${origin}: ${failureText(error)}` }
}

const WORDS = {
  EAUTH: 'the server takes no such login',
  EENVELOPE: 'the server takes none of the addresses',
  ETLS: 'the server offers no encryption (STARTTLS) that can be trusted, and a password must not go without',
} as const
