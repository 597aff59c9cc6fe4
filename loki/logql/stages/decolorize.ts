/** `| decolorize`: takes the codes for colours out of a line. */
import { RE2JS } from 're2js'
import type { Stage } from '../row.ts'

// What Loki takes for such a code; it has it from github.com/acarl005/stripansi.
const COLOR = RE2JS.compile(
  '[\\x{1B}\\x{9B}][[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))',
)

export function decolorizeStage(): Stage {
  return (row) => {
    const line = row.line()
    if (line.includes('\u001b') || line.includes('\u009b')) row.setLine(COLOR.matcher(line).replaceAll(''))
    return true
  }
}
