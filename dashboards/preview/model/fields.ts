/** A panel's defaults and overrides → the configuration of each field. */

import type { FieldConfig, Override, Panel } from './dashboard.ts'
import { displayName, type Field, type Frame } from './frame.ts'
import type { Loose } from './loose.ts'

export function configureFrames(frames: readonly Frame[], panel: Panel): Frame[] {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {}
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      let config: FieldConfig = { ...defaults, ...field.config }
      // Times and texts have no unit of their own: the defaults' unit is for numbers.
      if (field.type !== 'number') config = { ...config, unit: field.config?.unit, decimals: field.config?.decimals }
      // Matched by the name without the panel's own displayName too: overrides name either.
      const names = [displayName(field, frame), displayName({ ...field, config }, frame), field.name]
      for (const override of overrides) {
        if (isMatched(override, field, frame, names)) config = withProperties(config, override)
      }
      return { ...field, config }
    }),
  }))
}

function isMatched({ matcher }: Override, field: Field, frame: Frame, names: readonly string[]): boolean {
  const { id, options } = matcher
  if (id === 'byName') return names.includes(options)
  if (id === 'byNames') return (options?.names ?? []).some((name: string) => names.includes(name))
  if (id === 'byRegexp') return names.some((name) => isLike(name, options))
  if (id === 'byType') return field.type === options
  if (id === 'byFrameRefID') return frame.refId === options
  return false
}

export function isLike(name: string, pattern: string): boolean {
  try {
    return new RegExp(pattern.replace(/^\/(.*)\/\w*$/s, '$1')).test(name)
  } catch {
    return false
  }
}

function withProperties(config: FieldConfig, { properties }: Override): FieldConfig {
  let result: Record<string, Loose> = { ...config }
  for (const { id, value } of properties) {
    const [first, ...rest] = id.split('.')
    if (rest.length === 0) result = { ...result, [first]: value }
    else if (first === 'custom') result = { ...result, custom: { ...result['custom'], [rest.join('.')]: value } }
  }
  return result
}
