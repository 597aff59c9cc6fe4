/** Many values → one: the calculations of legends, stats and the reduce transformation, under Grafana's ids. */

type Reduce = (numbers: readonly number[], all: readonly unknown[]) => unknown

const CALCULATIONS: ReadonlyMap<string, readonly [title: string, reduce: Reduce]> = new Map<string, [string, Reduce]>([
  ['lastNotNull', ['Last *', (numbers, all) => all.findLast(isThere) ?? numbers.at(-1)]],
  ['last', ['Last', (_, all) => all.at(-1)]],
  ['firstNotNull', ['First *', (_, all) => all.find(isThere)]],
  ['first', ['First', (_, all) => all[0]]],
  ['min', ['Min', (numbers) => fold(numbers, Math.min)]],
  ['max', ['Max', (numbers) => fold(numbers, Math.max)]],
  ['mean', ['Mean', (numbers) => (numbers.length === 0 ? null : sum(numbers) / numbers.length)]],
  ['sum', ['Total', (numbers, all) => (all.length === 0 ? null : sum(numbers))]],
  ['count', ['Count', (_, all) => all.length]],
  ['range', ['Range', (numbers) => sub(fold(numbers, Math.max), fold(numbers, Math.min))]],
  ['diff', ['Difference', (numbers) => sub(numbers.at(-1), numbers[0])]],
  ['delta', ['Delta', (numbers) => sum(numbers.map((n, i) => (i === 0 ? 0 : Math.max(0, n - numbers[i - 1]))))]],
  ['median', ['Median', (numbers) => quantile(numbers, 0.5)]],
  ['stdDev', ['StdDev', (numbers) => Math.sqrt(variance(numbers))]],
  ['distinctCount', ['Distinct', (_, all) => new Set(all).size]],
  ['uniqueValues', ['Unique', (_, all) => [...new Set(all)].join(', ')]],
  ['allValues', ['All', (_, all) => all.join(', ')]],
])

export function calculationTitle(id: string): string {
  const percentile = /^p(\d+)$/.exec(id)
  return percentile === null ? (CALCULATIONS.get(id)?.[0] ?? id) : `${percentile[1]}th %`
}

/** Null when there is nothing to calculate from. */
export function reduceValues(values: readonly unknown[], id: string): unknown {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  const percentile = /^p(\d+)$/.exec(id)
  if (percentile !== null) return quantile(numbers, Number(percentile[1]) / 100)
  const reduce = CALCULATIONS.get(id)?.[1] ?? CALCULATIONS.get('lastNotNull')![1]
  return reduce(numbers, values) ?? null
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined && !Number.isNaN(value)
}

function fold(numbers: readonly number[], by: (a: number, b: number) => number): number | null {
  return numbers.length === 0 ? null : numbers.reduce((a, b) => by(a, b))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function sub(a: number | null | undefined, b: number | null | undefined): number | null {
  return typeof a === 'number' && typeof b === 'number' ? a - b : null
}

function quantile(numbers: readonly number[], q: number): number | null {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.round(q * (sorted.length - 1)))]
}

function variance(numbers: readonly number[]): number {
  const mean = sum(numbers) / Math.max(1, numbers.length)
  return sum(numbers.map((n) => (n - mean) ** 2)) / Math.max(1, numbers.length)
}
