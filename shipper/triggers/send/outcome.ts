/** What an attempt comes to: a value, never an exception. */

export type Outcome =
  | { readonly kind: 'delivered'; readonly status?: number }
  /** May succeed later, not before `afterMs`. */
  | { readonly kind: 'retry'; readonly error: string; readonly status?: number; readonly afterMs?: number | undefined }
  /** Will never succeed as it is. */
  | { readonly kind: 'refused'; readonly error: string; readonly status?: number }
