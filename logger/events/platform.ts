/** Events of the agent platform (C), by service. Context (correlation_id, thread_id, user_id) stands beside all of them. */
import type { EventDefinition, FieldType } from './catalogue.ts'

const id = { server_id: 'string' } as const
const project = { project_id: 'string' } as const
const container = { container: 'string', image: 'string' } as const
const timed = { duration_ms: 'number' } as const
const failed = { duration_ms: 'number', error: 'string', error_type: 'string', stack: 'string' } as const
const counted = { duration_sec: 'number' } as const

/** One event of the platform: level, when, fields. */
function event<const F extends Readonly<Record<string, FieldType>>, const L extends EventDefinition['level']>(
  level: L,
  when: string,
  fields: F,
): { readonly system: 'platform'; readonly level: L; readonly when: string; readonly fields: F } {
  return { system: 'platform', level, when, fields }
}

export const PLATFORM_EVENTS = {
  http_request: event('info', 'A request is answered; warn from status 400, error from 500.', {
    method: 'string',
    path: 'string',
    status_code: 'number',
    duration_ms: 'number',
  }),
  server_created: event('info', 'api: a server was created.', { ...id, region: 'string' }),
  server_updated: event('info', 'api: a server was changed.', id),
  server_activated: event('info', 'api: a server is in use.', id),
  server_deleted: event('info', 'api: a server is gone.', id),
  project_created: event('info', 'api: a project was created.', project),
  project_updated: event('info', 'api: a project was changed.', project),
  project_activated: event('info', 'api: a project is active.', project),
  project_deleted: event('info', 'api: a project is gone.', project),
  deployment_recorded: event('info', 'api: a deployment was written down.', { ...project, version: 'string' }),
  agent_config_fetched: event('info', 'api: an agent asked for its configuration.', { agent: 'string' }),

  message_received: event('info', 'bot, graph: a message came in.', { text_length: 'number' }),
  message_published: event('info', 'bot: the message was handed on.', { channel: 'string' }),
  sending_message: event('info', 'bot: an answer is about to be sent.', { chat: 'string' }),
  message_sent: event('info', 'bot: the answer was sent.', { ...timed, kind: 'string' }),

  graph_execution_start: event('info', 'graph: a run begins.', {}),
  graph_execution_complete: event('info', 'graph: a run is over.', { ...timed, nodes: 'number' }),
  graph_execution_failed: event('error', 'graph: a run failed.', failed),
  provisioner_trigger_received: event('info', 'graph: the provisioner was asked for.', id),
  conversation_history_cleared: event('info', 'graph: a conversation starts anew.', {}),
  node_start: event('info', 'A node of the graph begins.', { node: 'string' }),
  node_complete: event('info', 'A node is done; state_updates are the keys that it changed.', {
    node: 'string',
    duration_ms: 'number',
    state_updates: 'list',
  }),
  node_failed: event('error', 'A node threw; the error goes on to the caller.', { node: 'string', ...failed }),
  tool_execution_start: event('info', 'A tool is called.', { tool: 'string' }),
  tool_execution_complete: event('info', 'A tool has answered.', { tool: 'string', duration_ms: 'number' }),
  tool_execution_failed: event('warn', 'A tool threw; the error goes on to the caller.', { tool: 'string', ...failed }),
  spawning_worker: event('info', 'A node asks for a worker.', timed),

  ansible_playbook_start: event('info', 'provisioner: a playbook is started.', { playbook: 'string' }),
  ansible_playbook_complete: event('info', 'provisioner: a playbook has ended.', {
    playbook: 'string',
    exit_code: 'number',
    duration_sec: 'number',
  }),
  ssh_connection_test: event('info', 'provisioner: a server was tried.', { ...id, success: 'boolean' }),
  incident_recovery_start: event('info', 'provisioner: a failed server is being replaced.', id),
  service_redeployment: event('info', 'provisioner: a service is deployed again.', { ...id, name: 'string' }),

  github_sync_start: event('info', 'scheduler: repositories are compared.', {}),
  github_sync_complete: event('info', 'scheduler: repositories were compared.', { ...counted, repositories: 'number' }),
  github_sync_failed: event('error', 'scheduler: repositories could not be compared.', failed),
  server_sync_start: event('info', 'scheduler: servers are compared.', {}),
  server_sync_complete: event('info', 'scheduler: servers were compared.', { ...counted, servers: 'number' }),
  server_sync_failed: event('error', 'scheduler: servers could not be compared.', failed),
  health_check_start: event('info', 'scheduler: servers are asked how they are.', { servers: 'number' }),
  health_check_complete: event('info', 'scheduler: servers were asked; warn when one is unhealthy.', {
    healthy: 'number',
    unhealthy: 'number',
    duration_sec: 'number',
  }),
  health_check_failed: event('error', 'scheduler: servers could not be asked.', failed),

  spawn_request_received: event('info', 'spawner: a worker is wanted.', {}),
  docker_container_creating: event('info', 'spawner: the container is being made.', container),
  docker_container_created: event('info', 'spawner: the container exists.', container),
  docker_container_running: event('info', 'spawner: the container runs.', container),
  worker_execution_complete: event('info', 'spawner: the worker has ended.', {
    ...container,
    exit_code: 'number',
    duration_ms: 'number',
  }),
  spawn_result_published: event('info', 'spawner: the result was handed on.', {}),
} as const satisfies Readonly<Record<string, EventDefinition>>
