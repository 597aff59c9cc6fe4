/** The form of a trigger: only the fields that its kind needs. definitions.trigger of schema/longship.schema.json, for people. */
import { EVENT_SOURCES, SEVERITIES } from '../../../../shipper/events/event.ts'
import { TRIGGER_KINDS, type TriggerKind } from '../../../../shipper/triggers/trigger.ts'
import { checkDuration, checkName, type Field, isEmpty, required } from './fields.ts'

/** What a kind calls a field, and whether it cannot do without. */
interface Use {
  readonly path: string
  readonly label?: string
  readonly help?: string
  readonly keptHelp?: string
  readonly placeholder?: string
  readonly isNeeded?: boolean
}

const KEPT = 'Leave the stars as they are: unchanged. Empty: removed.'
const KEPT_ADDRESS = 'Leave it as it is: unchanged.'
const KINDS: Readonly<Record<TriggerKind, { readonly title: string; readonly uses: readonly Use[] }>> = {
  webhook: {
    title: 'Webhook (JSON)',
    uses: [hook('https://…'), { path: 'secret' }, { path: 'token' }, { path: 'headers' }],
  },
  slack: { title: 'Slack', uses: [hook('https://hooks.slack.com/services/…')] },
  discord: { title: 'Discord', uses: [hook('https://discord.com/api/webhooks/…')] },
  telegram: {
    title: 'Telegram',
    uses: [
      { path: 'token', label: 'Bot token', help: 'From @BotFather.', isNeeded: true },
      { path: 'to', label: 'Chat', help: 'Id of the chat, or @channel.', isNeeded: true },
      { path: 'url', label: 'Server', help: 'Empty: api.telegram.org.' },
    ],
  },
  alertmanager: {
    title: 'Alertmanager',
    uses: [
      { path: 'url', label: 'Server', help: 'Alerts go to /api/v2/alerts of it.', isNeeded: true },
      { path: 'token' },
      { path: 'headers' },
    ],
  },
  pagerduty: {
    title: 'PagerDuty',
    uses: [
      { path: 'token', label: 'Routing key', help: 'Of an Events API v2 integration.', isNeeded: true },
      { path: 'url', label: 'Server', help: 'Empty: events.pagerduty.com.' },
    ],
  },
  ntfy: {
    title: 'ntfy',
    uses: [
      { path: 'to', label: 'Topic', help: 'Whoever knows it can read along.', isNeeded: true },
      { path: 'url', label: 'Server', help: 'Empty: ntfy.sh.' },
      { path: 'token' },
    ],
  },
  email: {
    title: 'E-mail',
    uses: [
      { path: 'url', label: 'Mail server', help: 'smtps://host:465 or smtp://host:587.', isNeeded: true },
      { path: 'from', isNeeded: true },
      { path: 'to', label: 'Recipients', isNeeded: true },
      { path: 'username' },
      { path: 'password' },
    ],
  },
}

function hook(placeholder: string): Use {
  const help = 'The whole address is a secret: once saved, only its server is shown.'
  return { path: 'url', label: 'Address', help, keptHelp: KEPT_ADDRESS, placeholder, isNeeded: true }
}

export const KIND_TITLES: readonly string[] = TRIGGER_KINDS.map((kind) => KINDS[kind].title)

/** In the order in which they stand; a kind takes those that it uses. */
const TARGET: readonly Field[] = [
  { path: 'url', label: 'Address', control: 'text', fallback: '', help: 'http(s), where the request goes.' },
  { path: 'token', label: 'Bearer token', control: 'secret', fallback: '', help: 'Sent as Authorization: Bearer ….' },
  { path: 'from', label: 'Sender', control: 'text', fallback: '', help: 'alerts@example.com' },
  { path: 'to', label: 'To', control: 'many', fallback: [], help: 'One or several.' },
  { path: 'username', label: 'User', control: 'text', fallback: '', help: 'Of the mail server; empty: no login.' },
  { path: 'password', label: 'Password', control: 'secret', fallback: '', help: 'Of that user.' },
  {
    path: 'secret',
    label: 'Signing secret',
    control: 'secret',
    fallback: '',
    help: 'Key of the HMAC-SHA256 in X-Longship-Signature, by which the receiver knows that it was us.',
  },
  {
    path: 'headers',
    label: 'More headers',
    control: 'pairs',
    fallback: new Map(),
    help: 'Their values are secrets.',
    keptHelp: KEPT,
  },
]

const FIRST: readonly Field[] = [
  { path: 'name', label: 'Name', control: 'text', fallback: '', help: 'What people call it.', check: checkName },
  {
    path: 'kind',
    label: 'Kind',
    control: 'choice',
    options: TRIGGER_KINDS,
    titles: KIND_TITLES,
    fallback: 'webhook',
    help: 'Who is told, and in which shape.',
  },
]

const FILTER: readonly Field[] = [
  {
    path: 'filter.severities',
    label: 'Severities',
    control: 'checks',
    options: SEVERITIES,
    fallback: [],
    help: 'None ticked: any.',
  },
  {
    path: 'filter.sources',
    label: 'Found by',
    control: 'checks',
    options: EVENT_SOURCES,
    titles: ['rules', 'patterns (new ones and spikes)'],
    fallback: [],
    help: 'None ticked: both.',
  },
  {
    path: 'filter.workloads',
    label: 'Workloads',
    control: 'many',
    suggest: 'workloads',
    fallback: [],
    help: 'Empty: any.',
  },
  {
    path: 'filter.rules',
    label: 'Rules',
    control: 'many',
    suggest: 'rules',
    fallback: [],
    help: 'Ids or names. Empty: any.',
  },
  {
    path: 'filter.message',
    label: 'Message',
    control: 'code',
    fallback: '',
    help: 'Regular expression (RE2) that the event’s message must match. Empty: any.',
  },
]

const DELIVERY: readonly Field[] = [
  {
    path: 'timeout',
    label: 'Timeout',
    control: 'text',
    fallback: '10s',
    help: 'Of one attempt, up to 1m.',
    check: (value) => (isEmpty(value) ? 'A number with its unit.' : checkDuration(value)),
  },
  {
    path: 'retries',
    label: 'Retries',
    control: 'number',
    fallback: '4',
    help: 'Attempts after the first, with growing waits; after them it is a dead letter.',
    check: (value) => (/^(?:\d|10)$/.test(String(value).trim()) ? undefined : 'A whole number from 0 to 10.'),
  },
  { path: 'enabled', label: 'On', control: 'switch', fallback: true, help: 'Off: sends nothing.' },
]

export interface Section {
  readonly title: string
  readonly fields: readonly Field[]
}

export function isKind(value: unknown): value is TriggerKind {
  return TRIGGER_KINDS.includes(value as TriggerKind)
}

export function triggerSections(kind: TriggerKind): readonly Section[] {
  return [
    { title: 'Tell', fields: [...FIRST, ...KINDS[kind].uses.map(targetField)] },
    { title: 'About events with all of', fields: FILTER },
    { title: 'Delivery', fields: DELIVERY },
  ]
}

export function triggerFields(kind: TriggerKind): readonly Field[] {
  return triggerSections(kind).flatMap(({ fields }) => fields)
}

function targetField({ path, isNeeded = false, ...use }: Use): Field {
  const field = TARGET.find((each) => each.path === path)!
  const label = use.label ?? field.label
  const keptHelp = use.keptHelp ?? field.keptHelp ?? (field.control === 'secret' ? KEPT : KEPT_ADDRESS)
  const check = isNeeded ? required(label) : undefined
  return {
    ...field,
    ...use,
    label,
    keptHelp,
    ...(check === undefined ? {} : { check }),
  }
}
