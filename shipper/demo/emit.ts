/**
 * One system of the live demo on standard output, for a container of its own: node dist/demo.js langgraph.
 * What is said follows from the clock alone, so that containers tell one story and its ids meet.
 */
import { liveLines, TICK_MS } from './live.ts'

const name = process.argv[2] ?? ''
let tick = Math.floor(Date.now() / TICK_MS)

function say(): void {
  const now = Math.floor(Date.now() / TICK_MS)
  for (; tick <= now; tick++) {
    for (const [file, line] of liveLines(tick, tick * TICK_MS)) if (file === `${name}.log`) console.log(line)
  }
}

setInterval(say, TICK_MS)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
