/**
 * What lets lines survive the end of the process: at exit (process.exit, an exception nobody caught, a signal) what was
 * not delivered is spooled; when the program simply has nothing more to do, it is delivered first.
 */

export interface Leaver {
  readonly isBusy: boolean
  spoolNow(): void
  flush(timeoutMs: number): Promise<unknown>
}

/** Signals that end a process without its exit event. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A program that has nothing more to do waits at most so long for Loki. */
const LAST_WAIT_MS = 5000

const leavers = new Set<Leaver>()
let isListening = false

/** Returns what ends the watch. */
export function atExit(leaver: Leaver): () => void {
  leavers.add(leaver)
  if (!isListening) listen()
  return () => {
    leavers.delete(leaver)
  }
}

function listen(): void {
  isListening = true
  process.on('exit', spoolAll)
  let hasWaited = false
  process.on('beforeExit', () => {
    if (hasWaited) return
    const busy = [...leavers].filter(({ isBusy }) => isBusy)
    if (busy.length === 0) return
    hasWaited = true
    // A request that nobody answers would go on holding the process.
    void Promise.all(busy.map((leaver) => leaver.flush(LAST_WAIT_MS))).then(() => {
      for (const leaver of busy) if (leaver.isBusy) leaver.spoolNow()
    })
  })
  // First of all listeners: a program's `once` is gone from the count when it has been called.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal)
}

/** A program that handles the signal itself decides when it ends; else it ends as it would have without us. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1 + waitingListeners()) return
  spoolAll()
  for (const each of SIGNALS) process.off(each, onSignal)
  process.kill(process.pid, signal)
}

/**
 * Listeners of the package signal-exit (below many others), which like this one end the process only when nobody else
 * listens: if each waited for the other, the signal would do nothing. Its versions publish how many they are.
 */
function waitingListeners(): number {
  const published = [
    (globalThis as { [SIGNAL_EXIT]?: unknown })[SIGNAL_EXIT],
    (process as { __signal_exit_emitter__?: unknown }).__signal_exit_emitter__,
  ]
  const counts = published.map((emitter) => Number((emitter as { count?: unknown } | undefined)?.count ?? 0))
  return counts.reduce((sum, count) => sum + (Number.isInteger(count) ? count : 0), 0)
}

const SIGNAL_EXIT = Symbol.for('signal-exit emitter')

function spoolAll(): void {
  for (const leaver of leavers) leaver.spoolNow()
}
