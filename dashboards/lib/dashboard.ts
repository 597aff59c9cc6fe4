/** A dashboard → the classic JSON that Grafana's file provisioning loads (the v2 format fails there in Grafana 13). */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { panelOf } from './grafana.ts'
import { houseLinks, TAG } from './links.ts'
import type { Dashboard } from './spec.ts'
import { DATA_SOURCE, houseVariables, tidyVariable } from './variables.ts'

/** Entries that mark a deployment, whoever logs it. */
export const DEPLOYMENTS = '{env=~"$env", service=~".+"} | event=~"deployment_recorded|deploy.*|service_redeployment"'

const COLUMNS = 24

export type Json = Record<string, unknown>

export function dashboardJson(dashboard: Dashboard): Json {
  const { uid, title, description, from, rows, variables = [] } = dashboard
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG, 'generated'])
    .time({ from, to: 'now' })
    .refresh('1m')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables(houseVariables(variables))
    .links(houseLinks())
    .annotation(deployments())
  const ids = new Set<number>()
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(idOf(`row ${row.title}`, ids)))
    for (const panel of row.panels) builder.withPanel(panelOf(panel, idOf(panel.title, ids)))
  }
  return tidy(plain(builder.build()))
}

function deployments(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Deployments')
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor('blue')
    .expr(DEPLOYMENTS)
    .titleFormat('{{service}} deployed')
}

/** Of the title, so that links and alerts find a panel after others were put before it. Grafana wants it unique. */
function idOf(title: string, taken: Set<number>): number {
  let hash = 0
  for (const char of title) hash = (Math.imul(hash, 31) + char.codePointAt(0)!) >>> 0
  let id = (hash % 100_000) + 1
  while (taken.has(id)) id++
  taken.add(id)
  return id
}

/** Builders leave functions in what they build. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

/** What the SDK's defaults hide or write too much of. */
function tidy(dashboard: Json): Json {
  const list = (dashboard['templating'] as { list: Json[] }).list.map(tidyVariable)
  const annotations = (dashboard['annotations'] as { list: Json[] }).list
  // Its default puts links and the switches of annotations into a menu.
  for (const each of [...annotations, ...(dashboard['links'] as Json[])]) delete each['placement']
  const panels = placed(dashboard['panels'] as PanelPlaced[])
  return { ...dashboard, templating: { list }, panels }
}

type PanelPlaced = Json & { type: string; gridPos: { x: number; y: number; w: number; h: number } }

/** From left to right, and below where there is no room left: the SDK's own layout runs over the edge. */
function placed(panels: readonly PanelPlaced[]): PanelPlaced[] {
  let [x, top, bottom] = [0, 0, 0]
  return panels.map((panel) => {
    const { w, h } = panel.gridPos
    if (panel.type === 'row' || x + w > COLUMNS) [x, top] = [0, bottom]
    const gridPos = { x, y: top, w, h }
    x += w
    bottom = Math.max(bottom, top + h)
    return { ...panel, gridPos }
  })
}
