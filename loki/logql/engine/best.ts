/** The best `limit` of many, in little room: a heap whose top is the first to go. */

export interface Best<Item> {
  isFull(): boolean
  /** The worst of those that are kept. */
  worst(): Item | undefined
  /** Takes an item, in place of the worst when it is full: ask first whether it is better. */
  add(item: Item): void
  /** Best first. The heap is spent. */
  sorted(): Item[]
}

/** `compare` is below zero when a is better than b. */
export function createBest<Item>(limit: number, compare: (a: Item, b: Item) => number): Best<Item> {
  const heap: Item[] = []
  return {
    isFull: () => heap.length >= limit,
    worst: () => heap[0],
    add(item) {
      if (heap.length < limit) siftUp(heap, item, compare)
      else siftDown(heap, item, compare)
    },
    sorted: () => heap.sort(compare),
  }
}

function siftUp<Item>(heap: Item[], item: Item, compare: (a: Item, b: Item) => number): void {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (compare(item, heap[parent]!) <= 0) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

function siftDown<Item>(heap: Item[], item: Item, compare: (a: Item, b: Item) => number): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) > 0) child++
    if (compare(heap[child]!, item) <= 0) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = item
}
