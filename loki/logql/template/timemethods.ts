/** Methods of Go's time.Time that a template may call: {{ __timestamp__.Unix }}, {{ now.Format "15:04" }}. */
import type { GoFunction } from './call.ts'
import { clockOf, dayName, formatTime, type GoTime, monthName, nanosOf, timeOf, ZERO_TIME } from './time.ts'
import { intOf, isTime, type Value } from './values.ts'
import { UTC } from './zone.ts'

export function timeMethods(time: GoTime): ReadonlyMap<string, GoFunction> {
  const clock = clockOf(time)
  const get = (value: () => Value): GoFunction => ({ parameters: [], call: value })
  const compare = (decide: (difference: bigint) => boolean): GoFunction => ({
    parameters: ['time'],
    call: (other) => decide(nanosOf(time) - nanosOf(isTime(other) ? other : ZERO_TIME)),
  })
  return new Map<string, GoFunction>([
    ['Unix', get(() => intOf(time.seconds, 'int64'))],
    ['UnixMilli', get(() => intOf(nanosOf(time) / 1_000_000n, 'int64'))],
    ['UnixMicro', get(() => intOf(nanosOf(time) / 1000n, 'int64'))],
    ['UnixNano', get(() => intOf(nanosOf(time), 'int64'))],
    ['UTC', get(() => timeOf(time.seconds, time.nanos, UTC))],
    ['Local', get(() => timeOf(time.seconds, time.nanos, UTC))],
    ['Year', get(() => intOf(clock.year))],
    ['Month', get(() => monthName(clock.month))],
    ['Day', get(() => intOf(clock.day))],
    ['Hour', get(() => intOf(clock.hour))],
    ['Minute', get(() => intOf(clock.minute))],
    ['Second', get(() => intOf(clock.second))],
    ['Nanosecond', get(() => intOf(time.nanos))],
    ['Weekday', get(() => dayName(clock.weekday))],
    ['YearDay', get(() => intOf(clock.yearDay))],
    ['IsZero', get(() => nanosOf(time) === nanosOf(ZERO_TIME))],
    ['String', get(() => time.show())],
    ['Format', { parameters: ['string'], call: (layout) => formatTime(time, layout as string) }],
    ['Before', compare((difference) => difference < 0n)],
    ['After', compare((difference) => difference > 0n)],
    ['Equal', compare((difference) => difference === 0n)],
  ])
}
