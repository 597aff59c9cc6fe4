import { putText, shaped } from './shaped.ts'

const ACTION = /^(Ban|Unban|Found|Restore Ban|Ignore) ([\da-fA-F.:]{3,45})/

export const fail2ban = shaped({
  name: 'fail2ban',
  title: 'fail2ban',
  starts: '0-9',
  guard: (head) => head.startsWith('fail2ban.', 24),
  pattern:
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (fail2ban\.[\w.]+) *(?:\[(\d+)\])?: ([A-Z]+) +(?:\[([^\]]+)\] )?(.*)$/,
  columns: ['@time', 'logger', 'pid#', 'level', 'jail', 'message'],
  finish(fields) {
    fields.set('service', 'fail2ban')
    const action = ACTION.exec(String(fields.get('message') ?? ''))
    if (action === null) return
    putText(fields, 'event', action[1]?.toLowerCase().replace(' ', '_'))
    putText(fields, 'client_address', action[2])
  },
})
