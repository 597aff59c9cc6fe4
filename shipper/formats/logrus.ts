import { jsonDialect, numberOf, setDuration } from './json-dialect.ts'

/** A Go Duration in JSON is nanoseconds. Below 100 µs the number is as likely milliseconds by hand: left to its name. */
const SURELY_NANOS = 1e5
const DURATIONS = ['elapsed', 'duration', 'took', 'latency']

/** logrus' JSONFormatter: {"level":"info","msg":…,"time":…}. Small letters tell it from slog. */
export const logrus = jsonDialect({
  name: 'logrus',
  title: 'logrus JSON formatter',
  requires: ['time', 'level', 'msg'],
  excludes: ['v', 'RequestMethod'],
  times: ['time'],
  check(line) {
    const level = line.get('level')
    return typeof level === 'string' && !/^[A-Z]/.test(level) && typeof line.get('time') === 'string'
  },
  finish(fields) {
    const name = DURATIONS.find((key) => (numberOf(fields.get(key)) ?? 0) >= SURELY_NANOS)
    if (name !== undefined) setDuration(fields, fields.get(name), 1e6)
  },
})
