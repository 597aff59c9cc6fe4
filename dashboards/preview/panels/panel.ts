/** What a panel's drawing is given, and what it gives back. */
import type { AnnotationMark } from '../loki/annotations.ts'
import type { Link, Panel } from '../model/dashboard.ts'
import type { Field, Frame } from '../model/frame.ts'
import type { TimeRange } from '../model/times.ts'

export interface PanelContext {
  readonly panel: Panel
  /** Transformed, each field with its configuration. */
  readonly frames: readonly Frame[]
  readonly range: TimeRange
  readonly stepMs: number
  /** Of the room that is there, in pixels. */
  readonly width: number
  readonly height: number
  readonly annotations: readonly AnnotationMark[]
  /** What the reader chose in this panel: it outlasts a drawing. */
  readonly memory: Map<string, unknown>
  zoom(range: TimeRange): void
  /** Narrows the dashboard to lines with that label or field, or without it; absent where it cannot be. */
  filter?(name: string, value: string, isWanted: boolean): void
  /** A field's links for one of its values. */
  links(field: Field, row: number, frame: Frame): readonly Link[]
  /** Variables in a text. */
  text(text: string): string
  /** The trace page of an id, with this time range. */
  traceUrl(id: string): string
}

export type { AnnotationMark, Link }

/** `isEmpty`: there was nothing to draw. */
export interface Drawn {
  readonly element: HTMLElement
  readonly isEmpty?: boolean
  destroy?(): void
}

export type DrawPanel = (context: PanelContext) => Drawn
