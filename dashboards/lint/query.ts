/** Lint of a query: LogQL that parses, over the right window, with errors of unwrap left out and legends that exist. */
import type { Expr, RangeExpr } from '../../loki/logql/ast.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import { rangesOf } from '../../loki/logql/ranges.ts'
import { substitute, type Variable } from '../../loki/testing/variables.ts'
import { unless } from './dashboard.ts'
import type { DashboardJson, PanelJson, TargetJson } from './json.ts'

export interface QueryRule {
  readonly name: string
  readonly check: (target: TargetJson, panel: PanelJson, dashboard: DashboardJson) => string[]
}

/** Lengths that nobody writes: what has them came from $__auto, and from $__range. */
const AUTO_MS = 61_000
const RANGE_MS = 86_399_000

export const queryRules: readonly QueryRule[] = [
  {
    name: 'target-logql',
    check: (target, panel, dashboard) => {
      try {
        const isLog = parsed(target, dashboard).kind === 'log'
        return unless(isLog === (panel.type === 'logs'), 'log queries belong in log panels, metrics in the others')
      } catch (error) {
        return [(error as Error).message]
      }
    },
  },
  {
    name: 'target-logql-auto',
    check: (target, panel, dashboard) =>
      ranges(target, dashboard).flatMap((range) => {
        const own = target.queryType === 'instant' ? '$__range' : '$__auto'
        if (range.rangeMs === (own === '$__range' ? RANGE_MS : AUTO_MS)) return []
        return unless(
          isStated(range.rangeMs, [panel.title, panel.description, target.legendFormat]),
          `a window of ${range.rangeMs} ms, neither ${own} nor said in title, description or legend`,
        )
      }),
  },
  {
    name: 'unwrap-errors',
    check: (target, _panel, dashboard) =>
      ranges(target, dashboard).flatMap(({ unwrap }) =>
        unless(
          unwrap === undefined || unwrap.filters.some(isNoError),
          `unwrap ${unwrap?.name} without | __error__="" behind it: one value that is no number fails the panel`,
        ),
      ),
  },
  {
    name: 'target-chosen-environment',
    check: ({ expr = '' }) =>
      [...expr.matchAll(/\{[^{}]*service[^{}]*\}/g)].flatMap(([selector]) =>
        unless(selector.includes('$env'), `${selector} does not keep to the chosen environment`),
      ),
  },
  {
    name: 'target-legend',
    check: ({ legendFormat = '', expr = '' }) =>
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, label]) =>
        unless(
          [...expr.matchAll(/by \(([^)]*)\)/g)].some(([, by]) => by!.split(', ').includes(label!)),
          `its legend names ${label}, by which it does not group`,
        ),
      ),
  },
]

function parsed({ expr = '', queryType }: TargetJson, { templating }: DashboardJson): Expr {
  const endMs = Date.UTC(2026, 0, 1)
  const times = {
    intervalMs: AUTO_MS,
    rangeMs: RANGE_MS,
    isInstant: queryType === 'instant',
    startMs: endMs - RANGE_MS,
    endMs,
  }
  const variables = (templating?.list ?? []).map(({ name, allValue, current }): [string, Variable] => [
    name,
    { values: [allValue ?? String(current?.value ?? '')], isMulti: allValue !== undefined, isRaw: true },
  ])
  return parseQuery(substitute(expr, new Map(variables), times))
}

/** Of a query that does not parse none: another rule says so. */
function ranges(target: TargetJson, dashboard: DashboardJson): RangeExpr[] {
  try {
    const expr = parsed(target, dashboard)
    return expr.kind === 'log' ? [] : rangesOf(expr)
  } catch {
    return []
  }
}

function isNoError(filter: NonNullable<RangeExpr['unwrap']>['filters'][number]): boolean {
  return filter.kind === 'match' && filter.matcher.name === '__error__' && filter.matcher.value === ''
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** 24h, 30d, 24 hours, 10 minutes. */
function isStated(ms: number, texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) =>
    [...(text ?? '').matchAll(/(\d+) ?([mhd])(?:inutes?|ours?|ays?)?\b/g)].some(
      ([, count, unit]) => Number(count) * UNITS_MS[unit!]! === ms,
    ),
  )
}
