/** What a trigger does, in a few words. */

import { TRIGGER_KINDS } from '../../../../shipper/triggers/trigger.ts'
import type { Trigger } from './shapes.ts'
import { KIND_TITLES } from './triggerfields.ts'

export function kindTitle(kind: string): string {
  return KIND_TITLES[(TRIGGER_KINDS as readonly string[]).indexOf(kind)] ?? kind
}

/** Where it tells: the address, or the chat, topic, recipients. */
export function targetText({ url, to }: Trigger): string {
  return [to?.join(', '), url].filter((each) => each !== undefined && each !== '').join(' at ')
}

/** Which events: every event, or the parts that must all hold. */
export function filterText({ filter }: Trigger): string {
  const { severities = [], sources = [], workloads = [], rules = [], message } = filter ?? {}
  const any = (texts: readonly string[], before: string) => (texts.length === 0 ? [] : [before + texts.join(' or ')])
  const parts = [
    ...any(severities, ''),
    ...any(sources, 'from '),
    ...any(list(workloads), 'in '),
    ...any(list(rules), 'by '),
    ...(message === undefined || message === '' ? [] : [`like /${message}/`]),
  ]
  return parts.length === 0 ? 'every event' : parts.join(' · ')
}

function list(texts: readonly string[] | string): readonly string[] {
  return typeof texts === 'string' ? [texts] : texts
}
