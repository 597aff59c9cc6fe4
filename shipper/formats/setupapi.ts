import { shaped } from './shaped.ts'

/** `     dvi: text`, `!!!  dvi: text` (an error), `!    inf: text` (a warning), `>>>  Section start 2026/05/05 10:11:12.123`: setupapi.dev.log. */
export const setupapi = shaped({
  name: 'setupapi',
  title: 'Windows SetupAPI (setupapi.dev.log)',
  starts: '>!< ',
  guard: (head) => head.startsWith('  ', 3) && /^(?:>>>|<<<|!!!|! {2}| {3}) {2}/.test(head),
  pattern:
    /^(>>>|<<<|!!!|! {2}| {3}) {2}(?:Section (start|end) (\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3})|(\[.{1,400}\])|([a-z]{3}): +(.*))$/,
  columns: ['', 'event', '@time', 'message', 'node', 'message'],
  finish(fields, match) {
    if (match[1] === '!!!') fields.set('level', 'error')
    else if (match[1]?.startsWith('!')) fields.set('level', 'warning')
    const event = fields.get('event')
    if (event !== undefined) fields.set('event', `section_${event}`)
    if (!fields.has('message')) fields.set('message', match[0].slice(5))
  },
})
