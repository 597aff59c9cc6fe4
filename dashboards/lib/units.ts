/** Grafana's ids of the units that panels use. lint/ checks that Grafana knows each. */
import {
  BytesIEC,
  BytesPerSecondIEC,
  CountsPerSecond,
  DateTimeFromNow,
  Milliseconds,
  NoUnit,
  PercentUnit,
  Short,
} from '@grafana/grafana-foundation-sdk/units'

export const UNITS = {
  none: NoUnit,
  count: Short,
  perSecond: CountsPerSecond,
  bytes: BytesIEC,
  bytesPerSecond: BytesPerSecondIEC,
  ms: Milliseconds,
  /** 0 to 1. */
  ratio: PercentUnit,
  /** Milliseconds since 1970, shown as "5 minutes ago". */
  ago: DateTimeFromNow,
} as const

export type Unit = keyof typeof UNITS
