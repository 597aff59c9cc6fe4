/** System C's infrastructure: what ansible-playbook prints, over a few runs, one of them with an unreachable host. */

const HOSTS = ['srv-1', 'srv-2', 'srv-3', 'srv-4']
const TASKS = [
  'common : install packages',
  'common : create deploy user',
  'docker : install docker engine',
  'docker : write daemon.json',
  'app : template environment file',
  'app : pull image',
  'app : start containers',
]

export function ansibleLog(): string {
  const lines: string[] = []
  for (let run = 0; run < 5; run++) playbook(lines, run)
  return `${lines.join('\n')}\n`
}

function playbook(lines: string[], run: number): void {
  const unreachable = run === 2 ? 'srv-4' : undefined
  const failing = run === 3 ? 'srv-2' : undefined
  const gone = new Set<string>()
  lines.push('', banner('PLAY [Provision servers]'), '', banner('TASK [Gathering Facts]'))
  for (const host of HOSTS) {
    if (host !== unreachable) lines.push(`ok: [${host}]`)
    else {
      const msg = `Failed to connect to the host via ssh: ssh: connect to host 10.5.0.4 port 22: Connection timed out`
      lines.push(`fatal: [${host}]: UNREACHABLE! => {"changed": false, "msg": "${msg}", "unreachable": true}`)
      gone.add(host)
    }
  }
  for (const [index, task] of TASKS.entries()) {
    lines.push('', banner(`TASK [${task}]`))
    for (const [at, host] of HOSTS.entries()) {
      if (gone.has(host)) continue
      if (host === failing && task === 'app : pull image') {
        const msg = 'Error pulling image registry.example/app:1.8 - unauthorized'
        lines.push(`fatal: [${host}]: FAILED! => {"attempts": 3, "changed": false, "msg": "${msg}", "rc": 1}`)
        gone.add(host)
      } else lines.push((run + index + at) % 3 === 0 ? `changed: [${host}]` : `ok: [${host}]`)
    }
  }
  lines.push('', banner('PLAY RECAP'))
  for (const host of HOSTS) {
    const isUnreachable = host === unreachable
    const failed = host === failing ? 1 : 0
    const counts = `ok=${isUnreachable ? 0 : 8 - failed * 2}    changed=${isUnreachable ? 0 : 2}`
    const rest = `unreachable=${isUnreachable ? 1 : 0}    failed=${failed}    skipped=0    rescued=0    ignored=0`
    lines.push(`${host.padEnd(26)} : ${counts}    ${rest}   `)
  }
}

function banner(text: string): string {
  return `${text} ${'*'.repeat(Math.max(3, 79 - text.length))}`
}
