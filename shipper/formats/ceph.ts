import type { Format } from './format.ts'
import { putText, shaped } from './shaped.ts'

/** The cluster's log: who, what it is called (and once: its address), a count, the channel, the level in brackets. */
const cluster = shaped({
  name: 'ceph',
  title: 'Ceph daemons',
  starts: '0-9ca',
  guard: (head) => head.includes(' : '),
  pattern:
    /^(?:(?:cluster|audit) )?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3,6}(?:[+-]\d{4})?) ([a-z]{3,10}\.[\w.-]{1,80}) (?:\([\w.-]{1,80}\)|[\w.-]{1,80} [\w.:[\]/-]{3,80}) (\d{1,12}) : (cluster|audit|[a-z]{3,20}) \[(DBG|INF|WRN|ERR|SEC)\] (.*)$/,
  columns: ['@time', 'node', 'sequence#', 'channel', 'level', 'message'],
  finish(fields) {
    if (fields.get('level') === 'SEC') fields.set('level', 'audit')
  },
})

/** Ceph's daemons: time, thread, debug level, text. -1 is an error; from 5 on it is debugging (src/log/Entry.h). */
const daemon = shaped({
  name: 'ceph',
  title: 'Ceph daemons',
  starts: '0-9',
  guard: (head) => START.test(head),
  pattern:
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3,6}(?:[+-]\d{4})?) ([\da-f]{8,16}) {1,2}(-?\d{1,2}) ((?:\/[\w./-]+\.(?:cc|h): \d+: )?(?:(osd\.\d+|mon\.[\w-]+(?:@-?\d+)?|mds\.[\w.-]+|mgr\.?[\w.-]*|client\.\w+|rgw[\w .]{0,20}|bluestore|bluefs|bdev|rocksdb|rocks|log_channel|ceph_\w+|heartbeat_map|asok|auth|cephx\w*|librados|rbd|rbd_mirror|paxos)[:( ])?.*)$/,
  columns: ['@time', 'thread', 'verbosity#', 'message', 'node'],
  finish(fields) {
    const verbosity = Number(fields.get('verbosity'))
    putText(fields, 'level', verbosity < 0 ? 'error' : verbosity < 5 ? 'info' : 'debug')
  },
})

export const ceph: Format = {
  ...daemon,
  title: 'Ceph: daemons and the cluster log',
  starts: '0-9ca',
  parse: (head, options) => daemon.parse(head, options) ?? cluster.parse(head, options),
}

const START = /^\d{4}-\d\d-\d\d[T ][\d:.]{12,15}(?:[+-]\d{4})? [\da-f]{8,16} {1,2}-?\d{1,2} /
