/** Stage expressions → stages that run. One file a stage. */
import type { StageExpr } from '../ast.ts'
import type { Stage } from '../row.ts'
import { decolorizeStage } from './decolorize.ts'
import { labelFormatFields, labelFormatStage, lineFormatFields, lineFormatStage } from './format.ts'
import { type Hints, NO_HINTS } from './hints.ts'
import { jsonStage } from './json.ts'
import { jsonExpressionStage } from './jsonexpr.ts'
import { labelStage, namesOf } from './label.ts'
import { dropStage, keepStage } from './labelset.ts'
import { lineStage } from './line.ts'
import { logfmtStage } from './logfmt.ts'
import { logfmtExpressionStage } from './logfmtexpr.ts'
import { patternStage } from './pattern.ts'
import { regexpStage } from './regexp.ts'
import { unpackStage } from './unpack.ts'

/** Throws an Error with what Loki says behind `stage '| …' : ` for a stage that it refuses. `hints`: what parsers need to find. */
export function createStage(expr: StageExpr, hints: Hints = NO_HINTS): Stage {
  switch (expr.kind) {
    case 'line':
      return lineStage(expr.op, expr.texts)
    case 'label':
      return labelStage(expr.filter)
    case 'json':
      return expr.expressions.length > 0 ? jsonExpressionStage(expr.expressions, hints) : jsonStage(hints)
    case 'logfmt':
      return expr.expressions.length > 0
        ? logfmtExpressionStage(expr.expressions, expr.isStrict, hints)
        : logfmtStage(expr.isStrict, expr.keepsEmpty, hints)
    case 'pattern':
      return patternStage(expr.pattern, hints)
    case 'regexp':
      return regexpStage(expr.pattern, hints)
    case 'unpack':
      return unpackStage(hints)
    case 'decolorize':
      return decolorizeStage()
    case 'drop':
      return dropStage(expr.labels)
    case 'keep':
      return keepStage(expr.labels)
    case 'line_format':
      return lineFormatStage(expr.template)
    case 'label_format':
      return labelFormatStage(expr.formats)
  }
}

/** Labels that a stage reads by name, what a template asks for among them. */
export function labelsOf(expr: StageExpr): readonly string[] {
  switch (expr.kind) {
    case 'label':
      return namesOf(expr.filter)
    case 'line_format':
      return lineFormatFields(expr.template)
    case 'label_format':
      return labelFormatFields(expr.formats)
    default:
      return []
  }
}
