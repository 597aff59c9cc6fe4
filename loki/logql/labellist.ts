/** Names and values, the last of a name winning: made for a handful, linear also for thousands. Cleared, it keeps its room. */
export interface LabelList {
  size(): number
  get(name: string): string | undefined
  has(name: string): boolean
  set(name: string, value: string): void
  delete(name: string): void
  /** Takes back all but the first `size` names. */
  truncate(size: number): void
  clear(): void
  /** In the order in which the names came. */
  nameAt(index: number): string
  valueAt(index: number): string
}

/** From here on a map is faster than looking through the list. */
const MAX_SEARCHED = 40

export function createLabelList(): LabelList {
  const names: string[] = []
  const values: string[] = []
  let count = 0
  /** Name → place; made when the list has grown long. */
  let places: Map<string, number> | undefined
  const find = (name: string): number => {
    if (places !== undefined) return places.get(name) ?? -1
    for (let i = 0; i < count; i++) if (names[i] === name) return i
    return -1
  }
  return {
    size: () => count,
    get(name) {
      const at = find(name)
      return at < 0 ? undefined : values[at]
    },
    has: (name) => find(name) >= 0,
    set(name, value) {
      const at = find(name)
      if (at >= 0) {
        values[at] = value
        return
      }
      names[count] = name
      values[count] = value
      places?.set(name, count)
      count++
      if (count === MAX_SEARCHED) places = new Map(names.slice(0, count).map((known, i) => [known, i]))
    },
    delete(name) {
      const at = find(name)
      if (at < 0) return
      count--
      for (let i = at; i < count; i++) {
        names[i] = names[i + 1]!
        values[i] = values[i + 1]!
        places?.set(names[i]!, i)
      }
      places?.delete(name)
    },
    truncate(size) {
      while (count > size) {
        count--
        places?.delete(names[count]!)
      }
    },
    clear() {
      count = 0
      places = undefined
      // A line with thousands of labels does not hold its memory until the walk's end.
      if (names.length > 1000) names.length = values.length = 0
    },
    nameAt: (index) => names[index]!,
    valueAt: (index) => values[index]!,
  }
}
