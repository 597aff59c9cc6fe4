/** A panel → Grafana's JSON, by the Foundation SDK; what the SDK leaves odd or empty is set here, once for all panels. */
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  AxisPlacement,
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as Heatmap } from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as Logs } from '@grafana/grafana-foundation-sdk/logs'
import { DataqueryBuilder, LokiQueryDirection } from '@grafana/grafana-foundation-sdk/loki'
import {
  PanelBuilder as PieChart,
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
  PieChartType,
} from '@grafana/grafana-foundation-sdk/piechart'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as Text, TextMode } from '@grafana/grafana-foundation-sdk/text'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'
import { String as StringUnit } from '@grafana/grafana-foundation-sdk/units'
import { errorsLink, traceLink } from './links.ts'
import { ID_FIELDS, POINTS } from './panels.ts'
import type { Panel, PanelKind, PanelOptions, Query } from './spec.ts'
import { UNITS } from './units.ts'
import { DATA_SOURCE } from './variables.ts'

/** Of a table's numbers, in pixels: ids and texts share the rest. Headings of 15 letters have room. */
const NUMBER_WIDTH = 140

type Builder = TimeSeries | Stat | Table | BarGauge | PieChart | Logs | Heatmap | StateTimeline | Text

const KINDS: Readonly<Record<PanelKind, (panel: Panel) => Builder>> = {
  timeseries,
  stat: (panel) =>
    new Stat().reduceOptions(valuesOf(panel)).colorMode(BigValueColorMode.Value).graphMode(BigValueGraphMode.None),
  table: tableOf,
  bargauge: (panel) =>
    new BarGauge()
      .reduceOptions(valuesOf(panel))
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Gradient)
      .showUnfilled(true),
  piechart: (panel) =>
    new PieChart()
      .reduceOptions(valuesOf(panel))
      .pieType(PieChartType.Donut)
      .legend(
        new PieChartLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(LegendDisplayMode.Table)
          .placement(LegendPlacement.Right)
          .values([PieChartLegendValues.Value, PieChartLegendValues.Percent]),
      ),
  logs: ({ options: { isForward = false } }) =>
    new Logs()
      .showTime(true)
      .showLabels(false)
      .wrapLogMessage(true)
      .prettifyLogMessage(false)
      .enableLogDetails(true)
      .sortOrder(isForward ? LogsSortOrder.Ascending : LogsSortOrder.Descending),
  heatmap: () => new Heatmap().calculate(false),
  statetimeline: ({ options: { isHeld = false } }) =>
    new StateTimeline().mergeValues(true).showValue(VisibilityMode.Auto).rowHeight(0.8).spanNulls(isHeld),
  text: ({ options: { content = '' } }) => new Text().mode(TextMode.Markdown).content(content),
}

export function panelOf(panel: Panel, id: number): Builder {
  const { title, description, options, thresholds } = panel
  const builder = KINDS[panel.kind](panel)
  builder.id(id).title(title).description(description).span(panel.width).height(panel.height)
  if (panel.kind === 'text') return builder
  builder
    .datasource(DATA_SOURCE)
    .unit(UNITS[panel.unit])
    .noValue(panel.empty)
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps(thresholds.map(({ from, color }) => ({ value: from, color }))),
    )
  if (options.min !== undefined) builder.min(options.min)
  if (options.max !== undefined) builder.max(options.max)
  if (options.decimals !== undefined) builder.decimals(options.decimals)
  if (options.words !== undefined) builder.mappings([wordsOf(options.words)])
  for (const [name, color] of Object.entries(options.colors ?? {})) paint(builder, name, color)
  if (panel.kind === 'timeseries') builder.maxDataPoints(POINTS)
  if (options.leastStep !== undefined) builder.interval(options.leastStep)
  if (panel.kind === 'table') dressTable(builder as Table, panel)
  if (isRows(panel.kind)) nameRows(builder, panel)
  builder.targets(panel.queries.map((query, index) => targetOf(query, index, options)))
  return builder
}

function timeseries({ options: { isStacked = false, isBars = false } }: Panel): TimeSeries {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .calcs(['lastNotNull', 'max'])
  const builder = new TimeSeries()
    .legend(legend)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .drawStyle(isBars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .fillOpacity(isBars ? 80 : isStacked ? 25 : 8)
    .lineWidth(isBars ? 0 : 1)
    // A point between two gaps makes no line: "auto" shows it, "never" would show nothing.
    .showPoints(isBars ? VisibilityMode.Never : VisibilityMode.Auto)
    // A step without a value is a step without events: no line is drawn through it.
    .spanNulls(false)
    .axisPlacement(AxisPlacement.Auto)
    .axisSoftMin(0)
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .dataLinks([errorsLink()])
  return isStacked ? builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : builder
}

/** Grafana's Loki data source makes one table of an instant query: a column a label, and "Value #A". */
function tableOf({ options: { columns = {}, isAscending = false } }: Panel): Table {
  const names: Record<string, string> = {}
  const indexByName: Record<string, number> = {}
  for (const [index, [label, heading]] of Object.entries(columns).entries()) {
    for (const field of label === 'Value' ? ['Value', 'Value #A'] : [label]) {
      names[field] = heading
      indexByName[field] = index
    }
  }
  return new Table()
    .showHeader(true)
    .withTransformation({ id: 'labelsToFields', options: { mode: 'columns' } })
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true }, indexByName, renameByName: names, includeByName: {} },
    })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: names['Value'] ?? 'Value', desc: !isAscending }] } })
}

/** The unit is that of the numbers: Grafana would make milliseconds of a job's id that is a number, too. */
const TEXT_UNIT = { id: 'unit', value: StringUnit }
/** What a panel says when it has no data Grafana also says in place of a label that a series does not have. */
const TEXT_MISSING = { id: 'noValue', value: '' }

function dressTable(builder: Table, { thresholds }: Panel): void {
  builder.overrideByFieldType('string', [TEXT_UNIT, TEXT_MISSING])
  const colored = { id: 'custom.cellOptions', value: { type: 'color-text' } }
  const width = { id: 'custom.width', value: NUMBER_WIDTH }
  builder.overrideByFieldType('number', thresholds.length > 1 ? [colored, width] : [width])
  for (const field of ID_FIELDS) linkIds(builder, field)
}

const hasLabels = ({ legend = '' }: Query) => legend.includes('{{')

/** Kinds that show single values: of an instant query's table every row is one, named by its labels. */
const isRows = (kind: PanelKind) => kind === 'stat' || kind === 'bargauge' || kind === 'piechart'

function valuesOf({ queries }: Panel): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().values(queries.some(hasLabels)).calcs(['lastNotNull']).fields('')
}

/** Rows are named by their labels, which are texts. Tables have no legends: a row without labels is named by its query. */
function nameRows(builder: Builder, { queries }: Panel): void {
  if (queries.some(hasLabels)) builder.overrideByFieldType('string', [TEXT_UNIT])
  for (const [index, query] of queries.entries()) {
    if (query.legend === undefined || hasLabels(query)) continue
    builder.overrideByQuery(refIdOf(index), [{ id: 'displayName', value: query.legend }])
  }
}

/** As Grafana gives them: A, B … */
function refIdOf(index: number): string {
  return String.fromCharCode(65 + index)
}

function targetOf(
  { expr, legend, isInstant = false, maxLines }: Query,
  index: number,
  { isForward = false }: PanelOptions,
): DataqueryBuilder {
  const target = new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(DATA_SOURCE)
    .queryType(isInstant ? 'instant' : 'range')
    .expr(expr)
  if (legend !== undefined) target.legendFormat(legend)
  if (isForward) target.direction(LokiQueryDirection.Forward)
  return maxLines === undefined ? target : target.maxLines(maxLines)
}

function paint(builder: Builder, name: string, color: string): void {
  const value = { mode: FieldColorModeId.Fixed, fixedColor: color }
  const property = { id: 'color', value }
  const pattern = /^\/(.*)\/$/.exec(name)
  if (pattern === null) builder.overrideByName(name, [property])
  else builder.overrideByRegexp(name, [property])
}

function linkIds(builder: Builder, field: string): void {
  builder.overrideByName(field, [{ id: 'links', value: [traceLink().build()] }])
}

function wordsOf(words: NonNullable<PanelOptions['words']>) {
  const options = Object.fromEntries(
    words.map(({ value, text, color }, index) => [String(value), { text, color, index }]),
  )
  return { type: MappingType.ValueToText as const, options }
}
