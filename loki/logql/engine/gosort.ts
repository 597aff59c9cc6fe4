/**
 * Go's sort.Slice (pattern-defeating quicksort, Go 1.26), step by step: it is not stable, and Loki sorts a stream's
 * entries with it, so that it decides in what order entries of one time stand in an answer.
 */

/** Whether the item at i is to stand before the one at j; Loki says so of equal ones, too. */
type Less = (i: number, j: number) => boolean

interface Sorted {
  readonly less: Less
  readonly swap: (i: number, j: number) => void
}

/** Sorts in place. `isBefore` is asked about items, as Go's less is about indices. */
export function sortAsGo<Item>(items: Item[], isBefore: (a: Item, b: Item) => boolean): void {
  const less: Less = (i, j) => isBefore(items[i]!, items[j]!)
  const swap = (i: number, j: number) => {
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }
  quickSort({ less, swap }, 0, items.length, bitLength(items.length))
}

/** Below this, insertion sort. */
const FEW = 12
/** From here on the pivot is a median of medians, and a few items out of place may be moved to theirs. */
const MANY = 50

/** Sorts [from, to). `badPivots`: how many are still allowed before heap sort takes over. */
function quickSort(data: Sorted, from: number, to: number, badPivots: number): void {
  let [start, end, left] = [from, to, badPivots]
  let isBalanced = true
  let isPartitioned = true
  for (;;) {
    const length = end - start
    if (length <= FEW || left === 0) {
      if (length <= FEW) insertionSort(data, start, end)
      else heapSort(data, start, end)
      return
    }
    if (!isBalanced) {
      scatter(data, start, end)
      left--
    }
    let { pivot, hint } = choosePivot(data, start, end)
    if (hint === 'falling') {
      for (let i = start, j = end - 1; i < j; i++, j--) data.swap(i, j)
      pivot = end - 1 - (pivot - start)
      hint = 'rising'
    }
    if (isBalanced && isPartitioned && hint === 'rising' && insertFew(data, start, end)) return
    if (start > 0 && !data.less(start - 1, pivot)) {
      start = skipEqual(data, start, end, pivot)
      continue
    }
    const middle = partition(data, start, end, pivot)
    isPartitioned = middle.wasPartitioned
    const [below, above] = [middle.at - start, end - middle.at]
    isBalanced = Math.min(below, above) >= Math.floor(length / 8)
    if (below < above) {
      quickSort(data, start, middle.at, left)
      start = middle.at + 1
    } else {
      quickSort(data, middle.at + 1, end, left)
      end = middle.at
    }
  }
}

function insertionSort({ less, swap }: Sorted, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) for (let j = i; j > start && less(j, j - 1); j--) swap(j, j - 1)
}

function heapSort(data: Sorted, start: number, end: number): void {
  const length = end - start
  for (let i = Math.trunc((length - 1) / 2); i >= 0; i--) siftDown(data, i, length, start)
  for (let i = length - 1; i >= 0; i--) {
    data.swap(start, start + i)
    siftDown(data, 0, i, start)
  }
}

function siftDown({ less, swap }: Sorted, from: number, end: number, first: number): void {
  for (let root = from; ; ) {
    let child = 2 * root + 1
    if (child >= end) return
    if (child + 1 < end && less(first + child, first + child + 1)) child++
    if (!less(first + root, first + child)) return
    swap(first + root, first + child)
    root = child
  }
}

/** Brings items smaller than the pivot before it; `at` is where the pivot then stands. */
function partition({ less, swap }: Sorted, start: number, end: number, pivot: number) {
  swap(start, pivot)
  let [i, j] = [start + 1, end - 1]
  let swaps = 0
  for (; ; swaps++) {
    while (i <= j && less(i, start)) i++
    while (i <= j && !less(j, start)) j--
    if (i > j) break
    swap(i++, j--)
  }
  swap(j, start)
  return { at: j, wasPartitioned: swaps === 0 }
}

/** Where none is smaller than the pivot: brings those equal to it to the start and returns where the others begin. */
function skipEqual({ less, swap }: Sorted, start: number, end: number, pivot: number): number {
  swap(start, pivot)
  let [i, j] = [start + 1, end - 1]
  for (;;) {
    while (i <= j && !less(start, i)) i++
    while (i <= j && less(start, j)) j--
    if (i > j) return i
    swap(i++, j--)
  }
}

/** Moves up to five items that are out of place; returns whether all is sorted then. */
function insertFew({ less, swap }: Sorted, start: number, end: number): boolean {
  let i = start + 1
  for (let moved = 0; moved < 5; moved++) {
    while (i < end && !less(i, i - 1)) i++
    if (i === end) return true
    if (end - start < MANY) return false
    swap(i, i - 1)
    if (i - start >= 2) for (let j = i - 1; j >= 1 && less(j, j - 1); j--) swap(j, j - 1)
    if (end - i >= 2) for (let j = i + 1; j < end && less(j, j - 1); j++) swap(j, j - 1)
  }
  return false
}

/** Mixes up three items in the middle, after a pivot that split badly. */
function scatter({ swap }: Sorted, start: number, end: number): void {
  const length = end - start
  if (length < 8) return
  let random = BigInt(length)
  const mask = (1n << BigInt(bitLength(length))) - 1n
  const middle = start + Math.floor(length / 4) * 2
  for (let i = middle - 1; i <= middle + 1; i++) {
    random ^= (random << 13n) & WORD
    random ^= random >> 7n
    random ^= (random << 17n) & WORD
    const other = Number(random & mask)
    swap(i, start + (other >= length ? other - length : other))
  }
}

const WORD = (1n << 64n) - 1n

interface Pivot {
  readonly pivot: number
  readonly hint: 'rising' | 'falling' | 'unknown'
}

function choosePivot({ less }: Sorted, start: number, end: number): Pivot {
  const quarter = Math.floor((end - start) / 4)
  let swaps = 0
  const order = (a: number, b: number): readonly [number, number] => {
    if (!less(b, a)) return [a, b]
    swaps++
    return [b, a]
  }
  const median = (x: number, y: number, z: number) => {
    const [a, b] = order(x, y)
    const [c] = order(b, z)
    return order(a, c)[1]
  }
  const around = (i: number) => (end - start >= MANY ? median(i - 1, i, i + 1) : i)
  const pivot = median(around(start + quarter), around(start + quarter * 2), around(start + quarter * 3))
  return { pivot, hint: swaps === 0 ? 'rising' : swaps === 12 ? 'falling' : 'unknown' }
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value)
}
