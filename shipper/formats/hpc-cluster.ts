import { shaped } from './shaped.ts'

/** `id node component state epoch flag text`: the event log of HP's AlphaServer clusters. */
export const hpcCluster = shaped({
  name: 'hpc_cluster',
  title: 'HPC cluster event log (AlphaServer SC)',
  starts: '0-9',
  guard: (head) => START.test(head),
  pattern: /^(\d{1,9}) ([\w.-]{1,64}) ([\w.-]{1,64}) ([\w.-]{1,64}) (\d{9,10}) (-?\d) (.*)$/,
  columns: ['log_id#', 'node', 'component', 'event', '@time', 'flag#', 'message'],
})

const START = /^\d{1,9} [A-Za-z]/
