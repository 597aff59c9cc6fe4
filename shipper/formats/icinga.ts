import { shaped } from './shaped.ts'

/** `[2026-05-05 10:11:12 +0200] information/ConfigItem: text`. */
export const icinga = shaped({
  name: 'icinga',
  title: 'Icinga 2',
  starts: '\\[',
  guard: (head) => head.charCodeAt(26) === 0x5d && head.charCodeAt(5) === 0x2d,
  pattern:
    /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})\] (debug|notice|information|warning|critical)\/([\w-]{1,80}): ?(.*)$/,
  columns: ['@time', 'level', 'logger', 'message'],
})
