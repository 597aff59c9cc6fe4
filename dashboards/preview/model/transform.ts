/** Grafana's transformations, those that logs' dashboards use: frames → frames. One table entry each. */

import {
  calculateField,
  convert,
  extractFields,
  keepFields,
  labelsToFields,
  organize,
  renameByRegex,
} from './columns.ts'
import type { Transformation } from './dashboard.ts'
import { isLike } from './fields.ts'
import type { Frame } from './frame.ts'
import { joinByField, mergeFrames } from './join.ts'
import type { Loose } from './loose.ts'
import { groupBy, pickRows, range, reduceFrames, seriesToRows, sortRows } from './rows.ts'

type Transform = (frames: readonly Frame[], options: Loose) => readonly Frame[]

export interface Transformed {
  readonly frames: readonly Frame[]
  /** Ids that nothing here knows: their frames went through unchanged. */
  readonly unknown: readonly string[]
}

export function transform(frames: readonly Frame[], list: readonly Transformation[] = []): Transformed {
  const unknown: string[] = []
  for (const { id, disabled, options } of list) {
    if (disabled === true) continue
    const apply = TRANSFORMS.get(id)
    if (apply === undefined) unknown.push(id)
    else frames = apply(frames, options ?? {})
  }
  return { frames, unknown }
}

const TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['merge', mergeFrames],
  ['joinByField', joinByField],
  ['seriesToColumns', joinByField],
  ['labelsToFields', (frames, options) => frames.map((frame) => labelsToFields(frame, options))],
  ['organize', (frames, options) => frames.map((frame) => organize(frame, options))],
  ['sortBy', (frames, { sort = [] }) => frames.map((frame) => sortRows(frame, sort))],
  ['limit', (frames, { limitField = 10 }) => frames.map((frame) => pickRows(frame, range(Number(limitField))))],
  ['filterFieldsByName', (frames, { include = {} }) => frames.map((frame) => keepFields(frame, include))],
  ['filterByRefId', (frames, { include = '' }) => frames.filter(({ refId }) => isLike(refId, include))],
  ['renameByRegex', (frames, options) => frames.map((frame) => renameByRegex(frame, options))],
  ['reduce', reduceFrames],
  ['seriesToRows', seriesToRows],
  ['extractFields', (frames, options) => frames.map((frame) => extractFields(frame, options))],
  ['groupBy', (frames, { fields = {} }) => frames.map((frame) => groupBy(frame, fields))],
  ['calculateField', (frames, options) => frames.map((frame) => calculateField(frame, options))],
  ['prepareTimeSeries', (frames) => frames],
  ['convertFieldType', (frames, { conversions = [] }) => frames.map((frame) => convert(frame, conversions))],
])
