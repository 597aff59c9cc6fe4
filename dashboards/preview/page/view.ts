/** A view fills the room below the header, and ends what it started when another takes its place. */

export interface View {
  leave(): void
}

/** `what`: what the address names behind the view's own part: a dashboard's uid, an id to trace. */
export type ShowView = (room: HTMLElement, what: string) => View
