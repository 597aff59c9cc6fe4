/** Asks one query of Explore and shows its answer: lines with their volume, or numbers; or new lines as they come. */
import { createLogList } from '../logs/list.ts'
import { AskError, queryRange } from '../loki/client.ts'
import { startTail } from '../loki/tail.ts'
import { isMetricQuery } from '../model/logql.ts'
import { stepFor, type TimeRange } from '../model/times.ts'
import { drawLines, drawMetrics, drawVolume, type ResultActions, statsText } from './results.ts'
import type { Screen } from './screen.ts'

export interface Question {
  readonly query: string
  readonly range: TimeRange
  /** Lines at most. */
  readonly limit: number
  /** Of the screen, in pixels. */
  readonly width: number
}

const POINT_PX = 4
const LIVE_LINES = 1000

export async function ask(
  question: Question,
  screen: Screen,
  actions: ResultActions,
  signal: AbortSignal,
): Promise<void> {
  const { query, range, limit, width } = question
  const isMetric = isMetricQuery(query)
  const stepMs = stepFor(range, width / POINT_PX)
  screen.say('Asking …')
  try {
    if (isMetric) screen.volume(undefined)
    else void showVolume(question, screen, actions, signal)
    const answer = await queryRange(query, { ...range, limit, ...(isMetric ? { stepMs } : {}) }, signal)
    if (signal.aborted) return
    if (answer.type === 'streams') {
      const count = answer.entries.length
      screen.result(drawLines(answer, actions))
      screen.say(statsText(answer.stats, `${count >= limit ? 'the newest ' : ''}${count} lines`))
    } else {
      screen.result(drawMetrics(answer, range, stepMs, width, actions))
      screen.say(statsText(answer.stats, `${answer.series.length} series`))
    }
  } catch (error) {
    if (!signal.aborted) screen.fail(error)
  }
}

/** What is wrong with the query, the answer to the query itself says. */
async function showVolume(
  { query, range, width }: Question,
  screen: Screen,
  actions: ResultActions,
  signal: AbortSignal,
) {
  const drawn = await drawVolume(query, range, width, actions, signal).catch(() => undefined)
  if (!signal.aborted) screen.volume(drawn)
}

/** Until `signal`; `ended`: the server ended it. */
export function follow(
  query: string,
  screen: Screen,
  actions: ResultActions,
  signal: AbortSignal,
  ended: () => void,
): void {
  if (query === '' || isMetricQuery(query)) {
    screen.fail(new AskError('A live tail wants a query for lines, such as {service="api"}.'))
    ended()
    return
  }
  const list = createLogList([], actions)
  let count = 0
  screen.volume(undefined)
  screen.result({ element: list.element })
  screen.say('Live: waiting for lines …')
  const stop = startTail(query, {
    entries(entries) {
      count += entries.length
      list.prepend(entries, LIVE_LINES)
      screen.say(`Live: ${count} lines, the newest ${Math.min(count, LIVE_LINES)} are shown`)
    },
    ended(why) {
      screen.say(why === '' ? 'The live tail has ended.' : why)
      ended()
    },
  })
  signal.addEventListener('abort', stop)
}
