/** How LogQL's grammar is written down: one rule, and what becomes of its parts. */

export interface Rule {
  readonly left: string
  readonly right: readonly string[]
  /** Makes the left side's value of the right side's; without it the first part's value stays. */
  readonly make: ((...parts: never[]) => unknown) | undefined
}

/** `left: right`, parts separated by blanks, terminals in capitals; nothing on the right is the empty rule. */
export function rule(text: string, make?: (...parts: never[]) => unknown): Rule {
  const colon = text.indexOf(':')
  const right = text.slice(colon + 1).trim()
  return { left: text.slice(0, colon).trim(), right: right === '' ? [] : right.split(/\s+/), make }
}

/** Rules that take the part at an index as it is. */
export function take(index: number, ...texts: readonly string[]): Rule[] {
  return texts.map((text) => rule(text, index === 0 ? undefined : (...parts: unknown[]) => parts[index]))
}

/** `items: item` and `items: items COMMA item`, as an array. */
export function list(items: string, item: string): Rule[] {
  return [
    rule(`${items}: ${item}`, (one: unknown) => [one]),
    rule(`${items}: ${items} COMMA ${item}`, (some: unknown[], _comma: unknown, one: unknown) => {
      some.push(one)
      return some
    }),
  ]
}
