import { isCaddy } from './caddy.ts'
import { jsonDialect, numberOf, setDuration } from './json-dialect.ts'

const DURATIONS = ['elapsed', 'duration', 'took', 'latency', 'grpc.time_s']

/** Uber's zap, production encoder (etcd, controller-runtime …): {"level":…,"ts":…,"caller":…,"msg":…}. */
export const zap = jsonDialect({
  name: 'zap',
  title: 'zap JSON encoder',
  requires: ['level', 'ts', 'msg'],
  times: ['ts'],
  check: (line) => !isCaddy(line),
  finish(fields) {
    // Its Durations are seconds. A whole number may be any unit, so only fractions are sure.
    const name = DURATIONS.find((key) => !Number.isInteger(numberOf(fields.get(key)) ?? 0))
    if (name !== undefined) setDuration(fields, fields.get(name), 1e-3)
  },
})
