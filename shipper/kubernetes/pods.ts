/**
 * The pods of this node, listed every half minute, and at once when a file names one that is not known. Lists and no watch:
 * nothing to resume, and a node has some hundred pods. While the API fails, what is known stays, and logs wait for nothing.
 */
import { type Container, containerOf } from '../sources/container.ts'
import { sleep } from '../terms/sleep.ts'
import { within } from '../terms/within.ts'
import type { PodsApi } from './api.ts'
import { type AllowedLabel, describeContainer, type Pod, podKey, readPod, SERVICE_LABELS } from './pod.ts'

export interface PodsOptions {
  readonly api: PodsApi
  readonly labels: readonly AllowedLabel[]
  /** Once while the API fails. */
  readonly tell: (message: string) => void
  readonly everyMs?: number
  readonly apartMs?: number
  readonly keepMs?: number
  readonly waitMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Kubelets run 110 pods by default, and some hundred at most. */
export const MAX_PODS = 10_000
/** A server that always says that there is more is not believed for ever. */
const MAX_PAGES = 100

/** `keepMs`: of a pod that is gone, the last files are still read. `waitMs`: what a file's first bytes wait for its pod. */
const TIMES = { everyMs: 30_000, apartMs: 1000, keepMs: 5 * 60_000, waitMs: 2000, now: Date.now }

interface Known {
  readonly pod: Pod
  /** When a list had it last. */
  readonly seenAt: number
}

export class Pods {
  private readonly options: Required<PodsOptions>
  private readonly wanted: ReadonlySet<string>
  private known = new Map<string, Known>()
  /** What existed before this moment is in the list, or gone. */
  private listedAt = Number.NEGATIVE_INFINITY
  /** False while lists fail or take long: no file waits then. */
  private isWorthWaiting = true
  private isTold = false
  private wake = new AbortController()
  private ended = new AbortController()

  constructor(options: PodsOptions) {
    this.options = { ...TIMES, ...options }
    this.wanted = new Set([...options.labels.map(({ label }) => label), ...SERVICE_LABELS])
  }

  get size(): number {
    return this.known.size
  }

  /** What is known now of the container that writes this file; undefined when the path is none of a container runtime's. */
  containerOf(path: string): Container | undefined {
    const container = containerOf(path)
    const key = keyOf(container)
    if (container === undefined || key === undefined) return container
    return describeContainer(container, this.known.get(key)?.pod, this.options.labels)
  }

  /**
   * Resolves when the pod of this file is known, or a list that began after `bornAt` does not have it, or nothing of the
   * kind happens within `waitMs`. `bornAt`: when the file was made; the API knew its pod before.
   */
  async meet(path: string, bornAt: number, signal: AbortSignal): Promise<void> {
    const key = keyOf(containerOf(path))
    const isSettled = () => key === undefined || this.known.has(key) || this.listedAt > bornAt
    if (isSettled()) return
    this.wake.abort()
    const { waitMs } = this.options
    // No reading of the clock, which may be set back by an hour in between.
    await within(waitMs, signal, async (timed) => {
      while (this.isWorthWaiting && !isSettled() && !signal.aborted) {
        if (timed.aborted) this.isWorthWaiting = false
        else await sleep(2 * waitMs, AbortSignal.any([timed, this.ended.signal]))
      }
    })
  }

  /** Lists until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs, apartMs } = this.options
    while (!signal.aborted) {
      // Made before the list: who asks meanwhile may name a pod that the list has not.
      this.wake = new AbortController()
      await this.list(signal)
      this.ended.abort()
      this.ended = new AbortController()
      await sleep(apartMs, signal)
      await sleep(everyMs - apartMs, AbortSignal.any([signal, this.wake.signal]))
    }
  }

  private async list(signal: AbortSignal): Promise<void> {
    const beganAt = this.options.now()
    try {
      this.keep(await this.read(beganAt, signal), beganAt)
      this.listedAt = beganAt
      this.isWorthWaiting = true
      this.isTold = false
    } catch (error) {
      this.isWorthWaiting = false
      if (signal.aborted || this.isTold) return
      this.isTold = true
      const message = (error as Error).message
      this.options.tell(`the Kubernetes API cannot be asked for pods: ${message}; records have what paths say`)
    }
  }

  private async read(seenAt: number, signal: AbortSignal): Promise<Map<string, Known>> {
    const found = new Map<string, Known>()
    let next = ''
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = await this.options.api.page(next, signal)
      for (const item of page.items) {
        if (found.size >= MAX_PODS) return found
        const pod = readPod(item, this.wanted)
        if (pod !== undefined) found.set(pod.key, { pod, seenAt })
      }
      next = page.next
      if (next === '') break
    }
    return found
  }

  /** Those that are there go before those that are gone. */
  private keep(found: Map<string, Known>, now: number): void {
    for (const [key, known] of this.known) {
      if (found.size >= MAX_PODS) break
      if (!found.has(key) && now - known.seenAt < this.options.keepMs) found.set(key, known)
    }
    this.known = found
  }
}

function keyOf(container: Container | undefined): string | undefined {
  const namespace = container?.fields.get('namespace')
  return container?.pod === undefined || namespace === undefined ? undefined : podKey(namespace, container.pod)
}
