import { shaped } from './shaped.ts'

export const slurm = shaped({
  name: 'slurm',
  title: 'Slurm (slurmctld, slurmd, slurmdbd)',
  starts: '\\[',
  guard: (head) => head.charCodeAt(11) === 0x54 && head.charCodeAt(20) === 0x2e && head.charCodeAt(24) === 0x5d,
  pattern:
    /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\] (?!\[[A-Za-z]|[A-Z]{4,8}[ :])(?:\[(\d{1,12}(?:\.[\w+-]{1,40})?)\] )?(?:(error|fatal|info|verbose|debug[2-5]?|warning): {1,3})?(?:(sched|sched\/\w+|select\/\w+|priority\/\w+|accounting_storage\/\w+|preempt\/\w+|topology\/\w+|task\/\w+|cgroup\/\w+|auth\/\w+|gres\/\w+|backfill|_?slurm_\w{1,60}|_job_complete|job_\w{1,60}): )?(.*)$/,
  columns: ['@time', 'job_step', 'level', 'node', 'message'],
  pairs: true,
})
