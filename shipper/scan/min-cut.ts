/** The cheapest nodes that no way from the start to an end leads around: Edmonds and Karp, on nodes split in two. */

export interface Network {
  readonly size: number
  readonly start: number
  readonly next: (node: number) => readonly number[]
  readonly isEnd: (node: number) => boolean
  /** Infinity: may not be cut. */
  readonly cost: (node: number) => number
}

/** Each costs a walk over the graph; a pattern that needs more has no good cut. */
const MAX_WALKS = 500
const NONE = -1

/** Undefined when every cut would have to cut what may not be cut, or is too hard to find. */
export function minCut(network: Network): number[] | undefined {
  const { size, start, cost } = network
  const flow = new Flow(network)
  for (let walk = 0; walk < MAX_WALKS; walk++) {
    if (!flow.search(2 * start)) {
      return Array.from({ length: size }, (_, node) => node).filter(
        (node) => cost(node) < Number.POSITIVE_INFINITY && flow.reached(2 * node) && !flow.reached(2 * node + 1),
      )
    }
    if (!flow.push(2 * start)) return undefined
  }
  return undefined
}

/**
 * What still fits through the edges. Node n is 2n where it is entered and 2n + 1 where it is left; the end is one more.
 * Edge e and e ^ 1 are one in both directions. Arrays of numbers: a snapshot of rules asks a hundred times in its making.
 */
class Flow {
  private readonly end: number
  /** By node its first edge, by edge the next of the same node. */
  private readonly first: Int32Array
  private readonly further: number[] = []
  private readonly to: number[] = []
  private readonly left: number[] = []
  /** By node the edge that the search came by; NONE: it did not come there. */
  private readonly came: Int32Array
  private readonly queue: Int32Array

  constructor({ size, next, isEnd, cost }: Network) {
    this.end = 2 * size
    this.first = new Int32Array(2 * size + 1).fill(NONE)
    this.came = new Int32Array(2 * size + 1)
    this.queue = new Int32Array(2 * size + 1)
    for (let node = 0; node < size; node++) {
      this.add(2 * node, 2 * node + 1, cost(node))
      for (const to of next(node)) this.add(2 * node + 1, 2 * to, Number.POSITIVE_INFINITY)
      if (isEnd(node)) this.add(2 * node + 1, this.end, Number.POSITIVE_INFINITY)
    }
  }

  /** The shortest way to the end; false when there is none, and what can be reached is known. */
  search(from: number): boolean {
    const { first, further, to, left, came, queue, end } = this
    came.fill(NONE)
    // Any number but NONE: nothing comes back to where it began.
    came[from] = to.length
    queue[0] = from
    for (let i = 0, known = 1; i < known; i++) {
      for (let edge = first[queue[i]]; edge !== NONE; edge = further[edge]) {
        if (left[edge] <= 0 || came[to[edge]] !== NONE) continue
        came[to[edge]] = edge
        if (to[edge] === end) return true
        queue[known++] = to[edge]
      }
    }
    return false
  }

  /** Fills the way that was found; false when it takes any amount. */
  push(from: number): boolean {
    const { to, left, came } = this
    let flow = Number.POSITIVE_INFINITY
    for (let node = this.end; node !== from; node = to[came[node] ^ 1]) flow = Math.min(flow, left[came[node]])
    if (flow === Number.POSITIVE_INFINITY) return false
    for (let node = this.end; node !== from; node = to[came[node] ^ 1]) {
      left[came[node]] -= flow
      left[came[node] ^ 1] += flow
    }
    return true
  }

  reached(node: number): boolean {
    return this.came[node] !== NONE
  }

  private add(from: number, to: number, capacity: number): void {
    this.edge(from, to, capacity)
    this.edge(to, from, 0)
  }

  private edge(from: number, to: number, capacity: number): void {
    this.further.push(this.first[from])
    this.first[from] = this.to.push(to) - 1
    this.left.push(capacity)
  }
}
