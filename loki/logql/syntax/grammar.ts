/** A grammar as goyacc takes it. */

export interface Grammar {
  /** By number; 0 is none, 1 the end, 2 `error`. */
  readonly terminals: readonly string[]
  /** From weak to strong. */
  readonly precedence: readonly (readonly string[])[]
  readonly rightAssociative: ReadonlySet<string>
  /** The first rule's left side is the start. Terminals are written in capitals. */
  readonly rules: readonly { readonly left: string; readonly right: readonly string[] }[]
}

export const ERROR_TERMINAL = 2
export const END_TERMINAL = 1
