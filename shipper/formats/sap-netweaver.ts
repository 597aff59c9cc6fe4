/** SAP's AS Java writes lists between #: `#2.0#2026 05 05 10:11:12:123#+0200#Error#com.sap.x#…#text#`, and `#1.5 #id#1777975874000#…` before. */
import type { Fields } from '../terms/json.ts'
import { levelWord } from '../terms/level.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { parsed } from './layout.ts'
import { putText } from './shaped.ts'

const NAME = 'sap_netweaver'
const MAX_CELLS = 64

export const sapNetweaver: Format = {
  name: NAME,
  title: 'SAP NetWeaver AS Java (defaultTrace)',
  starts: '#',
  parse(head, options) {
    const version = /^#([12])\.\d/.exec(head)?.[1]
    if (version === undefined) return undefined
    const cells = head.split('#', MAX_CELLS)
    const fields: Fields = new Map()
    const raw = version === '2' ? putSecond(fields, cells) : putFirst(fields, cells)
    const time = raw === undefined ? undefined : readTime(raw, 0, options)?.instant
    if (time === undefined) return undefined
    // The text is the last cell that holds any; what stands between has no names of its own.
    putText(
      fields,
      'message',
      cells.findLast((cell) => cell.trim() !== ''),
    )
    return parsed(NAME, time, fields)
  },
}

/** version, time, zone, severity, category, message code, component … */
function putSecond(fields: Fields, cells: readonly string[]): string | undefined {
  const time = /^(\d{4}) (\d\d) (\d\d) (\d\d:\d\d:\d\d):(\d{3})$/.exec(cells[2] ?? '')
  const zone = cells[3] ?? ''
  if (time === null || levelWord(cells[4] ?? '') === undefined) return undefined
  putText(fields, 'level', cells[4])
  putText(fields, 'logger', cells[5])
  putText(fields, 'message_code', cells[6])
  putText(fields, 'component', cells[7])
  const [, year, month, day, clock, millis] = time
  return `${year}-${month}-${day} ${clock}.${millis}${/^[+-]\d{4}$/.test(zone) ? zone : ''}`
}

/** version, id, epoch, category, application, location, user, session … and the severity by its look. */
function putFirst(fields: Fields, cells: readonly string[]): string | undefined {
  if (!/^\d{13}$/.test(cells[3] ?? '')) return undefined
  const level = cells.slice(8).find((cell) => /^[A-Z][a-z]{3,8}$/.test(cell) && levelWord(cell) !== undefined)
  putText(fields, 'level', level)
  putText(fields, 'logger', cells[4])
  putText(fields, 'application', cells[5])
  putText(fields, 'user', cells[7])
  return cells[3]
}
