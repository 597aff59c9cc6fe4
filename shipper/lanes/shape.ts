/**
 * The sequences of keys that lines have, as a tree: a program writes few of them, so the next key is guessed and compared
 * instead of looked up, and what a sequence means is worked out once, at its end.
 */

import type { Plan } from './plan.ts'
import { bytesOf, copyOf, equalSlices, sliceText } from './slices.ts'

/** Bounds the tree: hostile logs can carry any number of sequences. What comes after goes the general way. */
const MAX_SHAPES = 4096
const MAX_KEY_BYTES = 64
const MAX_CHILDREN = 64

export interface ShapeBudget {
  left: number
}

export class Shape {
  readonly key: Uint8Array
  readonly name: string
  readonly parent: Shape | undefined
  /** How many keys lead here. */
  readonly depth: number
  private readonly children: Shape[] = []
  private readonly budget: ShapeBudget
  /** What a line that ends here means; null when such lines go the general way. */
  plan: Plan | null | undefined = undefined
  /** Lines from which no plan could be made. */
  attempts = 0

  constructor(key: Uint8Array, name: string, parent: Shape | undefined, budget: ShapeBudget) {
    this.key = key
    this.name = name
    this.parent = parent
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.budget = budget
  }

  /** The child whose key stands at `at` with `close` right behind it. */
  follow(bytes: Uint8Array, at: number, end: number, close: number): Shape | undefined {
    const children = this.children
    for (let index = 0; index < children.length; index++) {
      const { key } = children[index]
      const keyEnd = at + key.length
      if (bytes[keyEnd] === close && keyEnd < end && equalSlices(bytes, at, keyEnd, key)) return children[index]
    }
    return this.grow(bytes, at, end, close)
  }

  /** Keys from the root to here. */
  names(): string[] {
    const names: string[] = []
    for (let shape: Shape | undefined = this; shape?.parent !== undefined; shape = shape.parent)
      names.unshift(shape.name)
    return names
  }

  private grow(bytes: Uint8Array, at: number, end: number, close: number): Shape | undefined {
    let stop = at
    for (; stop < end && bytes[stop] !== close; stop++) if (!isKeyByte(bytes[stop])) return undefined
    if (stop === end || stop === at || stop - at > MAX_KEY_BYTES) return undefined
    if (this.budget.left === 0 || this.children.length >= MAX_CHILDREN) return undefined
    this.budget.left--
    const child = new Shape(copyOf(bytes, at, stop), sliceText(bytes, at, stop), this, this.budget)
    this.children.push(child)
    return child
  }
}

export function rootShape(): Shape {
  return new Shape(bytesOf(''), '', undefined, { left: MAX_SHAPES })
}

/** Letters, digits, _ - . @: a key of other characters goes the general way. */
function isKeyByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x2d && byte <= 0x39 && byte !== 0x2f) ||
    byte === 0x5f ||
    byte === 0x40
  )
}
