/**
 * System C: the agent platform. Messages come in through the bot, run through the graph, and some spawn a worker; one
 * correlation id goes with each. Its services write structlog JSON, old f-strings, a coloured console and plain stdout.
 */
import { structlog, structlogConsole } from '../../shipper/demo/notation.ts'
import { type Dice, dice } from '../dice.ts'
import { ansibleLog } from './ansible.ts'
import { BEGIN, FAKE_SECRETS, MINUTE, Page, SECOND } from './story.ts'

/** The id whose way leads through bot, api, graph and spawner; `longship up` shows it as an example. */
export const FOLLOWED_ID = 'msg_456_1735167345'

const ZONE_MINUTES = 120

type Fields = Record<string, unknown>
type Log = (at: number, level: string, event: string, fields?: Fields) => void

export function agents(): Map<string, string> {
  const pages = new Map<string, Page>()
  const pageOf = (name: string): Page => pages.get(name) ?? pages.set(name, new Page()).get(name)!
  const chances = dice(8)
  const to =
    (service: string, node: string, logger: string): Log =>
    (at, level, event, fields = {}) => {
      const head = { event, level, service, logger, node }
      pageOf(`${service}.log`).add(at, structlog(at, { ...head, ...fields }, ZONE_MINUTES))
    }
  for (let index = 0; index < 14; index++) message(to, chances, index)
  webRequests(to('api', 'http', 'middleware'), to('api', 'projects', 'api.routes'), chances)
  scheduler(to, chances)
  botNoise(to, chances)
  const files = new Map([...pages].map(([name, page]) => [name, page.text]))
  files.set('scheduler-dev.log', developerConsole(chances))
  files.set('coding-worker.log', codingWorker())
  files.set('infrastructure.log', ansibleLog())
  return files
}

/** One message: bot → api → graph → (spawner → worker) → bot. */
function message(to: (service: string, node: string, logger: string) => Log, chances: Dice, index: number): void {
  const { between, pick, chance } = chances
  const isFollowed = index === 6
  const start = BEGIN + index * 200 * SECOND + between(0, 60) * SECOND
  const correlation_id = isFollowed ? FOLLOWED_ID : `msg_${between(100, 999)}_${Math.floor(start / 1000)}`
  const user_id = between(100, 140)
  const context = { thread_id: `user_${user_id}`, correlation_id, user_id }
  const bot = to('telegram_bot', 'handlers', 'bot.handlers')
  bot(start, 'info', 'message_received', { ...context, text_length: between(12, 400) })
  bot(start + 30, 'info', 'message_published', { ...context, channel: 'graph:incoming' })
  const request = { correlation_id, method: 'POST', path: '/api/messages', status_code: 202 }
  to('api', 'http', 'middleware')(start + 60, 'info', 'http_request', { ...request, duration_ms: between(4, 90) })
  const graph = to('langgraph', 'graph', 'graph.runner')
  graph(start + 100, 'info', 'message_received', context)
  graph(start + 120, 'info', 'graph_execution_start', context)
  let at = start + 200
  const failing = index === 4 ? 'architect' : index === 10 ? 'provisioner' : undefined
  const nodes = ['product_owner', 'architect', isFollowed || chance(0.6) ? 'developer' : 'provisioner', 'reviewer']
  for (const node of nodes) {
    const isFailing = node === failing || (index === 10 && node === 'reviewer')
    at = runNode(to, chances, at, node, context, isFailing)
    if (isFailing) {
      const failed = {
        ...context,
        duration_ms: at - start - 120,
        error: 'LLM backend timed out',
        error_type: 'TimeoutError',
      }
      graph(at, 'error', 'graph_execution_failed', {
        ...failed,
        exception: traceOf('runner', 'TimeoutError', failed.error),
      })
      bot(at + 50, 'info', 'sending_message', { ...context, chat: 'error notice' })
      return
    }
  }
  graph(at, 'info', 'graph_execution_complete', { ...context, duration_ms: at - start - 120, nodes: nodes.length })
  bot(at + 60, 'info', 'sending_message', context)
  bot(at + between(90, 400), 'info', 'message_sent', {
    ...context,
    duration_ms: between(60, 300),
    kind: pick(['text', 'markdown']),
  })
}

function runNode(
  to: (service: string, node: string, logger: string) => Log,
  { between, pick, chance, hex }: Dice,
  start: number,
  node: string,
  context: Fields,
  isFailing: boolean,
): number {
  const log = to('langgraph', node, `nodes.${node}`)
  log(start, 'info', 'node_start', context)
  let at = start + between(80, 900)
  const tool = pick(['read_file', 'search_docs', 'list_servers'])
  log(at, 'info', 'tool_execution_start', { ...context, tool })
  at += between(40, 1500)
  if (chance(0.1)) {
    const error = { error: 'tool returned no result', error_type: 'ToolError' }
    log(at, 'warning', 'tool_execution_failed', {
      ...context,
      tool,
      ...error,
      exception: traceOf('tools', 'ToolError', error.error),
    })
  } else log(at, 'info', 'tool_execution_complete', { ...context, tool, duration_ms: between(40, 1500) })
  if (isFailing) {
    at += 30_000
    const error = { error: 'LLM backend timed out', error_type: 'TimeoutError', duration_ms: at - start + 0.5 }
    log(at, 'error', 'node_failed', { ...context, ...error, exception: traceOf(node, 'TimeoutError', error.error) })
    return at + 5
  }
  if (node === 'developer') {
    log(at + 10, 'info', 'spawning_worker', { ...context, duration_ms: between(100, 400) })
    at = spawn(to('worker-spawner', 'docker', 'spawner.docker'), at + 60, context, hex(12), between)
  }
  at += between(300, 4000)
  log(at, 'info', `Finished ${node} for user ${context.user_id}: ${between(1, 9)} updates`, context)
  log(at + 1, 'info', 'node_complete', { ...context, duration_ms: at - start, state_updates: ['messages', node] })
  return at + 20
}

function spawn(log: Log, start: number, context: Fields, id: string, between: Dice['between']): number {
  const container = { ...context, container: `worker-${id}`, image: 'coding-worker:1.8' }
  log(start, 'info', 'spawn_request_received', context)
  log(start + 20, 'info', 'docker_container_creating', container)
  log(start + 600, 'info', 'docker_container_created', container)
  log(start + 900, 'info', 'docker_container_running', container)
  const took = between(8_000, 40_000)
  log(start + took, 'info', 'worker_execution_complete', { ...container, exit_code: 0, duration_ms: took })
  log(start + took + 15, 'info', 'spawn_result_published', context)
  return start + took + 40
}

function traceOf(module: string, type: string, text: string): string {
  return `Traceback (most recent call last):\n  File "/app/src/nodes/${module}.py", line 84, in run\n    result = await llm.invoke(state)\n  File "/app/src/llm/client.py", line 41, in invoke\n    return await asyncio.wait_for(call, timeout=30)\n${type}: ${text}`
}

/** Requests of browsers, and of the load balancer, which sends no correlation id and gets none here. */
function webRequests(http: Log, projects: Log, { between, pick, hex, chance }: Dice): void {
  http(BEGIN, 'info', 'server_created', { server_id: 'srv-1', region: 'fsn1' })
  for (let at = BEGIN + 7_000; at < BEGIN + 50 * MINUTE; at += between(12, 34) * SECOND) {
    const correlation_id = `req_${hex(8)}`
    const method = pick(['GET', 'GET', 'GET', 'POST', 'PATCH', 'DELETE'])
    const path = pick(['/api/projects', '/api/projects/12', '/api/servers', '/api/agents/config'])
    const status_code = chance(0.05) ? pick([404, 500]) : method === 'POST' ? 201 : 200
    const level = status_code >= 500 ? 'error' : 'info'
    if (method === 'POST') projects(at - 4, 'info', 'project_created', { correlation_id, project_id: between(20, 90) })
    const duration_ms = status_code === 500 ? between(2000, 5000) : between(3, 240) + 0.25
    const failed =
      status_code === 500 ? { exception: traceOf('api', 'OperationalError', 'server closed the connection') } : {}
    http(at, level, 'http_request', { correlation_id, method, path, status_code, duration_ms, ...failed })
  }
  for (let at = BEGIN + 20_000; at < BEGIN + 50 * MINUTE; at += 5 * MINUTE) {
    http(at, 'info', 'http_request', { method: 'GET', path: '/health', status_code: 200, duration_ms: 1.5 })
  }
  const token = { token: FAKE_SECRETS.jwt, correlation_id: 'req_00c0ffee', agent: 'reviewer' }
  projects(BEGIN + 8 * MINUTE, 'info', 'agent_config_fetched', token)
}

function scheduler(to: (service: string, node: string, logger: string) => Log, { between, chance }: Dice): void {
  const github = to('scheduler', 'github_sync', 'jobs.github')
  const health = to('scheduler', 'health_check', 'jobs.health')
  const servers = to('scheduler', 'server_sync', 'jobs.servers')
  for (let at = BEGIN + 15_000, round = 0; at < BEGIN + 50 * MINUTE; at += MINUTE, round++) {
    const job_id = `job_${round}`
    health(at, 'info', 'health_check_start', { job_id, servers: 5 })
    const unhealthy = chance(0.12) ? 1 : 0
    const counts = { job_id, healthy: 5 - unhealthy, unhealthy, duration_sec: between(3, 40) / 10 }
    health(at + 900, unhealthy > 0 ? 'warning' : 'info', 'health_check_complete', counts)
    if (round % 5 === 2) {
      github(at + 5_000, 'info', 'github_sync_start', { job_id })
      const synced = { job_id, repositories: between(8, 30), duration_sec: between(20, 300) / 10 }
      github(at + 20_000, 'info', 'github_sync_complete', synced)
    }
    if (round % 10 === 4) {
      servers(at + 8_000, 'info', 'server_sync_start', { job_id })
      const error = { error: '429 Too Many Requests', error_type: 'HetznerRateLimit' }
      if (round === 24)
        servers(at + 9_000, 'error', 'server_sync_failed', {
          job_id,
          ...error,
          exception: traceOf('servers', error.error_type, error.error),
        })
      else servers(at + 9_000, 'info', 'server_sync_complete', { job_id, servers: 5, duration_sec: 1.2 })
    }
  }
}

/** What libraries log beside the bot's own events: httpx names the URL, and with it the token. */
function botNoise(to: (service: string, node: string, logger: string) => Log, { between }: Dice): void {
  const httpx = to('telegram_bot', 'polling', 'httpx')
  for (let at = BEGIN + 3_000; at < BEGIN + 50 * MINUTE; at += 45 * SECOND + between(0, 2000)) {
    const url = `https://api.telegram.org/bot${FAKE_SECRETS.telegram}/getUpdates`
    httpx(at, 'info', `HTTP Request: POST ${url} "HTTP/1.1 200 OK"`)
  }
}

/** A developer's scheduler with LOG_FORMAT=console: colours, and a traceback as text. */
function developerConsole({ between }: Dice): string {
  const page = new Page()
  const context = { service: 'scheduler', logger: 'jobs.health', node: 'health_check' }
  for (let at = BEGIN + 4_000, round = 0; at < BEGIN + 50 * MINUTE; at += 40 * SECOND, round++) {
    const job_id = `dev_${round}`
    page.add(at, structlogConsole(at, 'debug', 'health_check_start', { ...context, job_id }))
    const done = { ...context, job_id, healthy: 5, duration_sec: between(3, 30) / 10 }
    if (round % 20 !== 9) page.add(at + 800, structlogConsole(at + 800, 'info', 'health_check_complete', done))
    else {
      const failed = { ...context, job_id, error: 'ssh: connection refused' }
      const trace = traceOf('health', 'ConnectionRefusedError', '[Errno 111] Connection refused')
      page.add(at + 800, `${structlogConsole(at + 800, 'error', 'health_check_failed', failed)}\n${trace}`)
    }
    if (round % 6 === 0)
      page.add(at + 900, structlogConsole(at + 900, 'warning', 'Slow answer from server srv-3', context))
  }
  return page.text
}

/** The worker has no logger: prints, a traceback, and git's and pytest's output. */
function codingWorker(): string {
  const lines: string[] = []
  for (let task = 1; task <= 12; task++) {
    lines.push(
      `Starting task ${task} in /workspace/project-12`,
      'Cloning repository...',
      "Cloning into '/workspace/project-12'...",
    )
    lines.push(
      `Running: pytest -q tests/test_part_${task}.py`,
      `tests/test_part_${task}.py ........ [100%]`,
      `8 passed in 0.${task + 11}s`,
    )
    if (task === 7) lines.push('Exporting ANTHROPIC settings', `export SERVICE_API_KEY=${FAKE_SECRETS.apiKey}`)
    if (task % 5 === 0) {
      lines.push(
        'Traceback (most recent call last):',
        '  File "/app/worker.py", line 131, in main',
        '    result = run_task(task)',
      )
      lines.push('  File "/app/worker.py", line 77, in run_task', '    raise RuntimeError(f"tests failed: {failed}")')
      lines.push(`RuntimeError: tests failed: test_part_${task}`)
    }
    lines.push(
      `WARNING: ${task} files changed, not committed yet`,
      `[main ${1000 + task}abc] part ${task}`,
      ` 2 files changed, ${task * 3} insertions(+)`,
    )
    lines.push(`Task ${task} finished`)
  }
  return `${lines.join('\n')}\n`
}
