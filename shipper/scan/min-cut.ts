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

interface Edge {
  readonly to: number
  left: number
  readonly back: Edge | undefined
}

/** Undefined when every cut would have to cut what may not be cut, or is too hard to find. */
export function minCut(network: Network): number[] | undefined {
  const { size, start, cost } = network
  const edges = edgesOf(network)
  const end = 2 * size
  for (let walk = 0; walk < MAX_WALKS; walk++) {
    const path = shortest(edges, 2 * start, end)
    if (path === undefined) {
      const reached = reachable(edges, 2 * start)
      return Array.from({ length: size }, (_, node) => node).filter(
        (node) => cost(node) < Number.POSITIVE_INFINITY && reached.has(2 * node) && !reached.has(2 * node + 1),
      )
    }
    const flow = Math.min(...path.map(({ left }) => left))
    if (flow === Number.POSITIVE_INFINITY) return undefined
    for (const edge of path) {
      edge.left -= flow
      ;(edge.back as Edge).left += flow
    }
  }
  return undefined
}

/** Node n is 2n where it is entered and 2n + 1 where it is left; the end is one more. */
function edgesOf({ size, next, isEnd, cost }: Network): Edge[][] {
  const edges: Edge[][] = Array.from({ length: 2 * size + 1 }, () => [])
  const add = (from: number, to: number, capacity: number) => {
    const back = { to: from, left: 0, back: undefined as Edge | undefined }
    const edge: Edge = { to, left: capacity, back }
    back.back = edge
    edges[from].push(edge)
    edges[to].push(back)
  }
  for (let node = 0; node < size; node++) {
    add(2 * node, 2 * node + 1, cost(node))
    for (const to of next(node)) add(2 * node + 1, 2 * to, Number.POSITIVE_INFINITY)
    if (isEnd(node)) add(2 * node + 1, 2 * size, Number.POSITIVE_INFINITY)
  }
  return edges
}

function shortest(edges: readonly Edge[][], from: number, to: number): Edge[] | undefined {
  const came = new Map<number, Edge>()
  const queue = [from]
  for (let i = 0; i < queue.length; i++) {
    for (const edge of edges[queue[i]]) {
      if (edge.left <= 0 || edge.to === from || came.has(edge.to)) continue
      came.set(edge.to, edge)
      if (edge.to === to) return pathTo(came, from, to)
      queue.push(edge.to)
    }
  }
  return undefined
}

function pathTo(came: ReadonlyMap<number, Edge>, from: number, to: number): Edge[] {
  const path: Edge[] = []
  for (let at = to; at !== from; ) {
    const edge = came.get(at) as Edge
    path.push(edge)
    at = (edge.back as Edge).to
  }
  return path
}

function reachable(edges: readonly Edge[][], from: number): Set<number> {
  const reached = new Set([from])
  for (const node of reached) for (const { to, left } of edges[node]) if (left > 0) reached.add(to)
  return reached
}
