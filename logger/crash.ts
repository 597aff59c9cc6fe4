/** What ends the process without having been caught is logged before it does. The process ends as it would have. */
import type { Logger } from './logger.ts'

let watching: Logger | undefined

/** The first logger that asks logs it: one line a crash, whatever the number of loggers. */
export function watchCrashes(logger: Logger): void {
  if (watching !== undefined) return
  watching = logger
  // A monitor does not count as a handler: exit code and message on stderr stay Node's.
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    watching?.fatal('the process ends by an error that nobody caught', error, { event: 'process_crashed', origin })
  })
}
