/** The time range of a view: quick ranges, exact times, zooming out, drawing anew now or every few seconds. */
import {
  parseDuration,
  parseTime,
  QUICK_RANGES,
  type RawRange,
  rangeText,
  resolveRange,
  type TimeRange,
} from '../model/times.ts'
import { dropdown, h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'

export interface TimeControls {
  readonly element: HTMLElement
  raw(): RawRange
  /** At this moment. */
  range(): TimeRange
  /** From the graphs. */
  zoom(range: TimeRange): void
  stop(): void
}

const REFRESHES = ['off', '5s', '10s', '30s', '1m', '5m', '15m']

/** `fallback`: where the address names no range. `change`: there is something else to draw, by choice or by the clock. */
export function createTimeControls(
  fallback: RawRange,
  refresh: string,
  change: (isByClock: boolean) => void,
): TimeControls {
  const raw = (): RawRange => {
    const { params } = here()
    return { from: params.get('from') || fallback.from, to: params.get('to') || fallback.to }
  }
  const range = () => resolveRange(raw(), Date.now())
  const label = h('span', {}, rangeText(raw()))
  const set = ({ from, to }: RawRange) => {
    setParams({ from, to })
    label.textContent = rangeText({ from, to })
    change(false)
  }
  const zoom = (to: TimeRange) => set({ from: String(Math.round(to.from)), to: String(Math.round(to.to)) })
  const move = (factor: number, by: number) => {
    const { from, to } = range()
    const middle = (from + to) / 2 + (to - from) * by
    const half = ((to - from) / 2) * factor
    zoom({ from: middle - half, to: middle + half })
  }
  const picker = dropdown({ class: 'range', title: 'Time range' }, [icon('◷'), label], (close) =>
    pickerBox(raw(), (next) => {
      close()
      set(next)
    }),
  )
  // Between two fixed times nothing new comes.
  const auto = autoRefresh(refresh, () => /now/.test(raw().from + raw().to) && change(true))
  const button = (text: string, title: string, run: () => void) =>
    h('button', { type: 'button', title, 'aria-label': title, onclick: run }, text)
  const element = h(
    'div',
    { class: 'group time-controls', role: 'group', 'aria-label': 'Time' },
    button('‹', 'Earlier', () => move(1, -0.5)),
    picker,
    button('›', 'Later', () => move(1, 0.5)),
    button('−', 'Zoom out', () => move(2, 0)),
    button('↻', 'Draw anew', () => change(false)),
    auto.element,
  )
  return { element, raw, range, zoom, stop: auto.stop }
}

function icon(text: string): HTMLElement {
  return h('span', { 'aria-hidden': 'true' }, text)
}

function pickerBox(raw: RawRange, set: (range: RawRange) => void): HTMLElement {
  const from = h('input', { value: shown(raw.from), id: 'range-from', spellcheck: 'false', autocomplete: 'off' })
  const to = h('input', { value: shown(raw.to), id: 'range-to', spellcheck: 'false', autocomplete: 'off' })
  const error = h('p', { class: 'error', role: 'alert' })
  const apply = (event: Event) => {
    event.preventDefault()
    const now = Date.now()
    const [start, end] = [parseTime(from.value, now, false), parseTime(to.value, now, true)]
    if (start === undefined || end === undefined) error.textContent = 'Not a time. Try now-6h, or 2026-11-21 10:00.'
    else if (start >= end) error.textContent = 'The start must be before the end.'
    else set({ from: written(from.value, start), to: written(to.value, end) })
  }
  const form = h(
    'form',
    { class: 'exact', onsubmit: apply },
    h('label', { for: 'range-from' }, 'From'),
    from,
    h('label', { for: 'range-to' }, 'To'),
    to,
    error,
    h('button', { type: 'submit', class: 'primary' }, 'Apply'),
  )
  const quick = QUICK_RANGES.map((each) =>
    h(
      'button',
      {
        type: 'button',
        class: 'item',
        'aria-pressed': String(each.from === raw.from && each.to === raw.to),
        onclick: () => set({ from: each.from, to: each.to }),
      },
      each.title,
    ),
  )
  return h('div', { class: 'range-picker' }, h('div', { class: 'quick' }, quick), form)
}

/** Milliseconds are shown as a date. */
function shown(raw: string): string {
  if (!/^\d+$/.test(raw)) return raw
  const date = new Date(Number(raw))
  const two = (part: number) => String(part).padStart(2, '0')
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  )
}

/** Words stay words, dates become milliseconds. */
function written(text: string, time: number): string {
  return text.trim().startsWith('now') ? text.trim() : String(time)
}

function autoRefresh(fallback: string, change: () => void) {
  const chosen = here().params.get('refresh') ?? fallback
  const choices = REFRESHES.includes(chosen) || parseDuration(chosen) === undefined ? REFRESHES : [...REFRESHES, chosen]
  let timer: ReturnType<typeof setInterval> | undefined
  const start = (every: string) => {
    clearInterval(timer)
    const ms = parseDuration(every)
    // A tab that nobody sees asks nothing.
    if (ms !== undefined)
      timer = setInterval(() => document.visibilityState === 'visible' && change(), Math.max(1000, ms))
  }
  const element = h(
    'select',
    {
      'aria-label': 'Draw anew every',
      title: 'Draw anew every',
      onchange: () => {
        setParams({ refresh: element.value }, false)
        start(element.value)
      },
    },
    choices.map((each) => h('option', { value: each, selected: each === chosen }, each)),
  )
  start(chosen)
  return { element, stop: () => clearInterval(timer) }
}
