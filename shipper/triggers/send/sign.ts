/** The signature of a delivery, which shows a receiver that it comes from whoever knows the secret, and when. */
import { createHmac } from 'node:crypto'

export const SIGNATURE_HEADER = 'X-Longship-Signature'

/** t=<unix seconds>,v1=<hex of HMAC-SHA256(secret, t + "." + body)>. Made anew for each attempt: the time counts. */
export function signatureOf(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}
