import { shaped } from './shaped.ts'

/** `(program:pid): Domain-LEVEL **: HH:MM:SS.mmm: text`, what g_log's default handler writes (glib/gmessages.c). */
export const glib = shaped({
  name: 'glib',
  title: 'GLib, GTK and GNOME programs',
  starts: '(*',
  guard: (head) => head.includes('**: '),
  pattern:
    /^(?:(?:\*\* )?\(([^():]{1,100}):(\d{1,10})\): |\*\* )(?:([\w./+-]{1,100})-)?(ERROR|CRITICAL|WARNING|Message|INFO|DEBUG) \*\*: ?(?:(\d\d:\d\d:\d\d\.\d{3}): )?(.*)$/,
  columns: ['service', 'pid#', 'logger', 'level', '@time', 'message'],
  finish(fields, match) {
    if (match[4] === 'Message') fields.set('level', 'notice')
  },
})
