/** `| logfmt`: key=value pairs become labels (Loki's LogfmtParser). */
import { extract, type Stage, sanitizeName } from '../row.ts'
import { parseLogfmt } from './logfmtline.ts'

export function logfmtStage(isStrict: boolean, keepsEmpty: boolean): Stage {
  return (row) => {
    const fault = parseLogfmt(
      row.line(),
      (key, value) => {
        const name = sanitizeName(key)
        if (name !== '' && (keepsEmpty || value !== '')) extract(row, name, value)
        return true
      },
      isStrict,
    )
    if (isStrict && fault !== '') {
      row.error = 'LogfmtParserErr'
      row.details = fault
    }
    return true
  }
}
