/** A syslog message → an entry; where it comes from is its sender's address until it says more. */
import type { Entry, EntryPlace } from '../spool/entry.ts'
import { fromMillis } from '../terms/instant.ts'

export function entryOf(text: string, cut: number, place: EntryPlace): Entry {
  const metadata = cut > 0 ? [['truncated_bytes', String(cut)] as const] : []
  return { time: fromMillis(Date.now()), place, metadata, text }
}

const MAX_PLACES = 1000

/** One place a sender. Its address is the host of messages that name none. */
export function places(): (address: string | undefined) => EntryPlace {
  const known = new Map<string, EntryPlace>()
  return (address = '') => {
    let place = known.get(address)
    if (place === undefined) {
      const host = address.replace(/^::ffff:/, '')
      place = { input: 'syslog', around: { service: 'syslog', ...(host === '' ? {} : { host }) }, labels: [] }
      if (known.size >= MAX_PLACES) known.clear()
      known.set(address, place)
    }
    return place
  }
}
