import { shaped } from './shaped.ts'

/** `id node component state epoch flag text`: the event log of HP's AlphaServer clusters. */
export const hpcCluster = shaped({
  name: 'hpc_cluster',
  title: 'HPC cluster event log (AlphaServer SC)',
  starts: '0-9',
  guard: (head) => START.test(head),
  pattern: /^(\d{1,9}) ([\w.-]{1,64}) ([\w.-]{1,64}) ([\w.-]{1,64}) (\d{9,10}) (-?\d) (.*)$/,
  columns: ['log_id#', 'node', 'component', 'event', '@time', 'flag#', 'message'],
  finish(fields, match) {
    if (match[4] === 'error') fields.set('level', 'error')
    if (!/^\d+$/.test(match[2] ?? '')) return
    // A command's number stands where the node does: what it belongs to is the component.
    fields.set('command_id', match[2] as string)
    fields.delete('node')
  },
})

const START = /^\d{1,9} (?:[A-Za-z]|\d{1,9} [a-z])/
