import { putText, shaped } from './shaped.ts'

/** Ceph's daemons: time, thread, debug level, text. -1 is an error; from 5 on it is debugging (src/log/Entry.h). */
export const ceph = shaped({
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

const START = /^\d{4}-\d\d-\d\d[T ][\d:.]{12,15}(?:[+-]\d{4})? [\da-f]{8,16} {1,2}-?\d{1,2} /
