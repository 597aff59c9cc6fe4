/**
 * topk, bottomk, sort and sort_desc of one step, as Loki's VectorAggEvaluator does them with Go's container/heap: which
 * of equal values stay, and in what order, is what its heap makes of them.
 */
import { sortAsGo } from './gosort.ts'

export interface Sample {
  readonly value: number
  /** Which series: its place in the vector. */
  readonly member: number
}

/** `direction` -1 wants the greatest first. At most `k` of the samples, best first; NaN comes last. */
export function pickSamples(samples: Iterable<Sample>, k: number, direction: number): Sample[] {
  const heap: Sample[] = []
  const isWorse = (a: Sample, b: Sample) =>
    Number.isNaN(a.value) || (direction < 0 ? a.value < b.value : a.value > b.value)
  for (const sample of samples) {
    if (heap.length < k) push(heap, sample, isWorse)
    else if (isWorse(heap[0]!, sample)) {
      pop(heap, isWorse)
      push(heap, sample, isWorse)
    }
  }
  sortAsGo(heap, (a, b) => isWorse(b, a))
  return heap
}

type IsBefore = (a: Sample, b: Sample) => boolean

function push(heap: Sample[], sample: Sample, isBefore: IsBefore): void {
  heap.push(sample)
  for (let at = heap.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1
    if (!isBefore(heap[at]!, heap[parent]!)) return
    swap(heap, at, parent)
    at = parent
  }
}

function pop(heap: Sample[], isBefore: IsBefore): void {
  swap(heap, 0, heap.length - 1)
  heap.pop()
  for (let at = 0; ; ) {
    let child = 2 * at + 1
    if (child >= heap.length) return
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, heap[at]!)) return
    swap(heap, at, child)
    at = child
  }
}

function swap(heap: Sample[], i: number, j: number): void {
  const sample = heap[i]!
  heap[i] = heap[j]!
  heap[j] = sample
}
