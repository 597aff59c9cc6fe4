import { jsonDialect, setDuration } from './json-dialect.ts'

const LEVEL = /^[A-Z]{3,10}(?:[+-]\d{1,4})?$/

/** A time.Duration is a whole number of nanoseconds in slog's JSON; these are what durations are called. */
const DURATIONS = ['elapsed', 'duration', 'took', 'latency', 'dur']

/** Go's log/slog, JSONHandler: {"time":…,"level":"INFO","msg":…}. Levels in capitals tell it from logrus. */
export const slog = jsonDialect({
  name: 'slog',
  title: 'Go log/slog, JSON handler',
  requires: ['time', 'level', 'msg'],
  excludes: ['v', 'pid'],
  times: ['time'],
  check(line) {
    const level = line.get('level')
    return typeof level === 'string' && LEVEL.test(level)
  },
  finish(fields) {
    const name = DURATIONS.find((key) => Number.isInteger(fields.get(key)))
    if (name !== undefined) setDuration(fields, fields.get(name), NANOS_PER_MS)
  },
})

const NANOS_PER_MS = 1e6
