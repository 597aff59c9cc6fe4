/** What is drawn over a graph's lines: thresholds and annotations. */
import type uPlot from 'uplot'
import { colour, stepsOf, stepValue } from '../model/colours.ts'
import type { AnnotationMark } from './panel.ts'
import type { Line } from './series.ts'

export function drawThresholds(plot: uPlot, lines: readonly Line[]): void {
  const first = lines.find(({ config }) => !['off', undefined].includes(config.custom?.['thresholdsStyle']?.mode))
  if (first === undefined) return
  const mode: string = first.config.custom!['thresholdsStyle'].mode
  const { ctx, bbox } = plot
  const steps = stepsOf(first.config)
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const [index, step] of steps.entries()) {
    const value = stepValue(step, first.config, plot.scales[first.scale].min ?? 0, plot.scales[first.scale].max ?? 100)
    const tint = colour(step.color)
    const isDrawable = tint.startsWith('#') || tint.startsWith('rgb')
    if (!isDrawable) continue
    const y = Number.isFinite(value) ? plot.valToPos(value, first.scale, true) : bbox.top + bbox.height
    if (mode.includes('area')) {
      const next = steps[index + 1]
      const top = next === undefined ? bbox.top : plot.valToPos(stepValue(next, first.config), first.scale, true)
      ctx.globalAlpha = 0.1
      ctx.fillStyle = tint
      ctx.fillRect(bbox.left, top, bbox.width, y - top)
    }
    if (!mode.includes('line') && !mode.includes('dashed')) continue
    if (!Number.isFinite(value)) continue
    ctx.globalAlpha = 0.7
    ctx.strokeStyle = tint
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash(mode.includes('dashed') ? [8 * devicePixelRatio, 6 * devicePixelRatio] : [])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

export function drawMarks(plot: uPlot, marks: readonly AnnotationMark[]): void {
  const { ctx, bbox } = plot
  ctx.save()
  for (const { time, color } of marks) {
    const x = plot.valToPos(time, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = color
    ctx.fillStyle = color
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    const size = 5 * devicePixelRatio
    const bottom = bbox.top + bbox.height
    ctx.beginPath()
    ctx.moveTo(x, bottom - size)
    ctx.lineTo(x - size, bottom + size * 0.6)
    ctx.lineTo(x + size, bottom + size * 0.6)
    ctx.fill()
  }
  ctx.restore()
}
