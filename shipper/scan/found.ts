/** A set of small numbers that is filled and emptied for every line without making anything. */

export class Found {
  /** In the order in which they were added. */
  readonly list: number[] = []
  private readonly has: Uint8Array

  /** For numbers below `size`. */
  constructor(size: number) {
    this.has = new Uint8Array(size)
  }

  add(number: number): void {
    if (this.has[number] === 1) return
    this.has[number] = 1
    this.list.push(number)
  }

  addAll(numbers: readonly number[]): void {
    for (let i = 0; i < numbers.length; i++) this.add(numbers[i])
  }

  clear(): void {
    for (let i = 0; i < this.list.length; i++) this.has[this.list[i]] = 0
    this.list.length = 0
  }
}
