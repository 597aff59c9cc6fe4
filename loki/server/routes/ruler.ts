/**
 * Rules and alerts: Prometheus's read API, and Loki's for rule groups, which can only be read because rules live in files
 * (Loki answers the same with local storage). Without --rules there are no groups.
 */

import { readBody } from '../../../shipper/wire/body.ts'
import { readForm } from '../form.ts'
import { alertsJson, failureJson, type RuleFilter, rulesJson } from '../ruler/answers.ts'
import { readRuleGroup } from '../ruler/rulefile.ts'
import type { Call, Reply, Route } from './route.ts'
import { TEXT, textReply } from './route.ts'

const GROUP_PATH = '\\/(?:loki\\/api\\/v1|api\\/prom)\\/rules'

function get(name: string, path: RegExp, handle: (call: Call) => Promise<Reply> | Reply): Route {
  return { methods: ['GET'], path, name, needsTenant: true, handle }
}

export const rules = get('prometheus_rules', /^\/prometheus\/api\/v1\/rules$/, async (call) => {
  const params = await readForm(call.request, call.query)
  const type = (params.get('type') ?? '').toLowerCase()
  if (type !== '' && type !== 'alert' && type !== 'record') {
    return { status: 400, type: TEXT, body: failureJson('bad_data', `not supported value ${JSON.stringify(type)}`) }
  }
  const filter: RuleFilter = {
    type,
    names: new Set(params.getAll('rule_name')),
    groups: new Set(params.getAll('rule_group')),
    files: new Set(params.getAll('file')),
  }
  return json(call.ruler?.rules(call.tenant.id, filter) ?? rulesJson([], filter, () => ''))
})

export const alerts = get('prometheus_alerts', /^\/prometheus\/api\/v1\/alerts$/, (call) =>
  json(call.ruler?.alerts(call.tenant.id) ?? alertsJson([])),
)

export const groups = get('rules', new RegExp(`^${GROUP_PATH}(?:\\/([^/]+))?$`), async (call) => {
  const params = await readForm(call.request, call.query)
  const [file = ''] = call.parts
  if (file.includes('..'))
    return json(failureJson('server_error', 'invalid namespace: path traversal not allowed'), 500)
  const yaml = call.ruler?.groups(call.tenant.id, file, readLabels(params.get('labels') ?? ''))
  if (yaml !== undefined) return { status: 200, type: 'application/yaml', body: yaml }
  if (file === '') return textReply(404, 'no rule groups found')
  const path = `${call.ruler?.directory ?? ''}/${call.tenant.id}/${file}`
  return textReply(400, `error parsing ${path}: ${path}: open ${path}: no such file or directory`)
})

/** name:value,name:value */
function readLabels(text: string): [string, string][] {
  if (text === '') return []
  return text.split(',').map((pair) => {
    const [name = '', value = ''] = pair.split(':')
    return [name, value]
  })
}

export const group = get('rule_group', new RegExp(`^${GROUP_PATH}\\/([^/]+)\\/([^/]+)$`), () =>
  textReply(400, 'GetRuleGroup unsupported in rule local store'),
)

export const setGroup: Route = {
  methods: ['POST'],
  path: new RegExp(`^${GROUP_PATH}\\/([^/]+)$`),
  name: 'set_rule_group',
  needsTenant: true,
  async handle(call) {
    const body = (await readBody(call.request, MAX_GROUP_BYTES)).toString('utf8')
    const { errors } = readRuleGroup(body)
    return errors.length > 0
      ? textReply(400, errors.join(', '))
      : textReply(500, 'SetRuleGroup unsupported in rule local store')
  },
}

const MAX_GROUP_BYTES = 10 * 1024 * 1024

function unsupported(name: string, path: string, what: string): Route {
  return {
    methods: ['DELETE'],
    path: new RegExp(`^${GROUP_PATH}${path}$`),
    name,
    needsTenant: true,
    handle: () => ({
      status: 500,
      type: TEXT,
      body: failureJson('server_error', `${what} unsupported in rule local store`),
    }),
  }
}

export const deleteFile = unsupported('delete_rules', '\\/([^/]+)', 'DeleteNamespace')
export const deleteGroup = unsupported('delete_rule_group', '\\/([^/]+)\\/([^/]+)', 'DeleteRuleGroup')

function json(body: string, status = 200): Reply {
  return { status, type: status === 200 ? 'application/json' : TEXT, body }
}

export const rulerRoutes: readonly Route[] = [rules, alerts, groups, group, setGroup, deleteFile, deleteGroup]
