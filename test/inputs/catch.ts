/** An intake that keeps what it is offered, or refuses as it is told. */
import type { Intake } from '../../shipper/inputs/input.ts'
import type { Entry } from '../../shipper/spool/entry.ts'
import type { Appended } from '../../shipper/spool/writer.ts'

export class Catch implements Intake {
  readonly entries: Entry[] = []
  readonly dropped = new Map<string, number>()
  readonly refused = new Map<string, number>()
  readonly told: string[] = []
  answer: Appended = 'stored'
  offers = 0
  private readonly waiting: (() => void)[] = []

  async offer(entries: readonly Entry[]): Promise<Appended> {
    this.offers++
    if (this.answer === 'stored') this.entries.push(...entries)
    return this.answer
  }

  room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** From now on there is room. */
  makeRoom(): void {
    this.answer = 'stored'
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  drop(reason: string, count: number): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count)
  }

  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1)
  }

  tell(where: string, message: string): void {
    this.told.push(`${where}: ${message}`)
  }

  get texts(): string[] {
    return this.entries.map(({ text }) => text)
  }
}

/** Where it listens: the port of the address that starts so. */
export function portOf(addresses: readonly string[], start: string): number {
  const address = addresses.find((each) => each.startsWith(start)) ?? ''
  return Number(address.slice(address.lastIndexOf(':') + 1))
}
