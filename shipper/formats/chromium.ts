import { shaped, syslogTime } from './shaped.ts'

/** `[pid:tid:MMDD/HHMMSS.micros:LEVEL:file.cc(line)] text`, what base/logging.cc writes; VERBOSE1 is a verbosity. */
export const chromium = shaped({
  name: 'chromium',
  title: 'Chromium, Electron, CEF, WebView2',
  starts: '\\[',
  guard: (head) => head.includes(')] ', 20),
  pattern:
    /^\[(?:(\d{1,10}):)?(?:(\d{1,20}):)?(\d{4}\/\d{6}(?:\.\d{3,6})?):([A-Z]{3,8}-?\d{0,2}):([^()\s]{1,200})\((\d{1,7})\)\] (.*)$/,
  columns: ['pid#', 'thread', '@time', 'level', 'logger', 'line#', 'message'],
  time: (raw) => syslogTime(raw.slice(0, 2), raw.slice(2, 4), `${raw.slice(5, 7)}:${raw.slice(7, 9)}:${raw.slice(9)}`),
  finish(fields, match) {
    const level = match[4] as string
    if (/^VERBOSE-?\d/.test(level)) fields.set('level', 'VERBOSE').set('verbosity', Number(level.slice(7)))
  },
})
