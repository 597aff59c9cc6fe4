/** An hour of hits as small bars, a bar a minute, the newest at the right. */
import { svg } from '../page/dom.ts'

const MINUTES = 60
const HEIGHT = 18
const STEP = 2
const BAR = 1.5

export function sparkline(minutes: readonly number[]): SVGElement {
  const known = minutes.slice(-MINUTES).map((each) => (Number.isFinite(each) && each > 0 ? each : 0))
  const counts = [...new Array<number>(MINUTES - known.length).fill(0), ...known]
  const most = Math.max(1, ...counts)
  const total = counts.reduce((sum, each) => sum + each, 0)
  const said = total === 0 ? 'no hits in the last hour' : `${total} hits in the last hour, at most ${most} in a minute`
  const bars = counts.map((count, index) => {
    const height = Math.max(2, Math.round((count / most) * HEIGHT))
    return count === 0 ? '' : `M${index * STEP} ${HEIGHT}v-${height}h${BAR}v${height}z`
  })
  const size = { width: MINUTES * STEP, height: HEIGHT, viewBox: `0 0 ${MINUTES * STEP} ${HEIGHT}` }
  const base = svg('line', { x1: 0, x2: MINUTES * STEP, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 })
  return svg(
    'svg',
    { class: 'spark', role: 'img', 'aria-label': said, ...size },
    svg('title', {}, said),
    base,
    svg('path', { d: bars.join('') }),
  )
}
