import { shaped } from './shaped.ts'

/** `I (1234) wifi: text`: letter, milliseconds since the start, tag. It tells no time of day. */
export const espIdf = shaped({
  name: 'esp_idf',
  title: 'ESP-IDF (ESP32 firmware)',
  starts: 'VDIWE',
  guard: (head) => head.charCodeAt(2) === 0x28 && head.charCodeAt(1) === 0x20,
  pattern: /^([VDIWE]) \((\d{1,12}|\d\d:\d\d:\d\d\.\d{3})\) ([\w./ -]{1,80}): (.*)$/,
  columns: ['level', 'uptime_ms#', 'logger', 'message'],
})
