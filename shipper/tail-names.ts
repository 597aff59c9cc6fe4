/** What a tail is called, which cooldowns and token buckets go by: its container, its file, or the sender of an input. */
import type { Container } from './sources/container.ts'
import type { Origin } from './sources/source.ts'
import type { EntryPlace } from './spool/entry.ts'

/** All files of a container are one: docker's `shop-db-1`, Kubernetes' `namespace/pod/container`; else the path. */
export function tailName({ path }: Origin, container: Container | undefined): string {
  if (container === undefined) return path
  const { fields, pod, service } = container
  const name = fields.get('container') ?? service
  return pod === undefined ? name : `${fields.get('namespace')}/${pod}/${name}`
}

/** The input, and what it knows of who sent it: `syslog/web-1/sshd`. */
export function senderName({ input, around, labels }: EntryPlace): string {
  const container = labels.find(([name]) => name === 'container')?.[1]
  return [input, around.host, container ?? around.service].filter((part) => part !== undefined).join('/')
}
