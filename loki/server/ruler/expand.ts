/** Expands the templates of an alerting rule's labels and annotations. */
import type { Ask, Sample } from './rule.ts'

/** A template's text for one sample; what goes wrong stands in the text, as in Prometheus. */
export type Expand = (template: string, alertName: string, sample: Sample, atMs: number) => Promise<string>

export interface ExpandOptions {
  readonly externalLabels: ReadonlyMap<string, string>
  readonly externalUrl: string
}

/** Why a template cannot be used, or undefined. */
export function templateError(_template: string, _alertName: string): string | undefined {
  return undefined
}

export function createExpand(_options: ExpandOptions, _ask: Ask): Expand {
  return async (template, _alertName, sample) =>
    template
      .replace(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, (_, name: string) => sample.labels.get(name) ?? '')
      .replace(/\{\{\s*\$value\s*\}\}/g, () => String(sample.value))
}
