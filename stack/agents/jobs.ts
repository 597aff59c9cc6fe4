/** What Promtail and Alloy read, and all that they do with a line: wrapping off, the record, what is no label away. */
import { DOCKER_LOGS } from '../facts.ts'
import { match, recordStages, type Stage } from './stages.ts'

/** Node of lines that name none. Longship's stack sets the same: a container does not know its host's name. */
const MACHINE = 'docker'

/** Files by job, and labels that go again before a line is sent. Plain files: the folder is mounted read-only. */
export const TARGETS = [
  { job: 'docker', path: DOCKER_LOGS },
  { job: 'files', path: '/var/log/longship/*.log' },
].map(({ job, path }) => ({ __path__: path, job, x_machine: MACHINE }))

/** What tailing and unwrapping add as labels; streams are ours. */
const NOT_OURS = ['filename', 'job', 'x_machine', 'stream'] as const

const COMPOSE = 'attrs."com.docker.compose'

/** Lines of Docker's json-file driver, whose `attrs` say which container and compose service it was. */
const DOCKER: readonly Stage[] = [
  {
    kind: 'json',
    expressions: {
      container: 'attrs.tag',
      compose_service: `${COMPOSE}.service"`,
      compose_project: `${COMPOSE}.project"`,
    },
  },
  { kind: 'docker' },
  // Docker's text ends with the line's own line feed.
  { kind: 'template', source: 'x_line', template: '{{ trimSuffix "\\n" .Entry }}' },
  { kind: 'output', source: 'x_line' },
]

/** The name of a file without its extension; of Docker's, the start of the container's id. */
const FILE_NAME =
  '{{ if eq .job "docker" }}{{ trunc 12 (base .filename) }}{{ else }}{{ regexReplaceAll "[.][A-Za-z0-9]+$" (base .filename) "" }}{{ end }}'

export function allStages(): Stage[] {
  return [
    match('{job="docker"}', DOCKER),
    // A line that starts with white space belongs to the one before it.
    { kind: 'multiline', firstline: '^\\S' },
    { kind: 'template', source: 'x_file', template: FILE_NAME },
    ...recordStages(),
    { kind: 'labeldrop', names: NOT_OURS },
  ]
}
