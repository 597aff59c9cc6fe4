import { shaped } from './shaped.ts'

/** CBS.log, dism.log, setupact.log: what Windows writes while it services itself. */
export const windowsServicing = shaped({
  name: 'windows_servicing',
  title: 'Windows CBS, DISM and setup logs',
  starts: '0-9',
  guard: (head) => head.charCodeAt(19) === 0x2c && head.charCodeAt(20) === 0x20,
  pattern:
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d), (Info|Warning|Error|Fatal error|Fatal|Perf|Debug) +(?:(?:\[?0x[\da-f]+\]? +)?([A-Z][A-Z0-9]{1,9})(?: {2,}| (?=PID)|$))?(.*)$/,
  columns: ['@time', 'level', 'node', 'message'],
  pairs: true,
})
