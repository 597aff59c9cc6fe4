/** Labels as Prometheus writes them: {a="b", c="d"}. */
import { quote } from '../../../shipper/wire/quote.ts'

export type Label = readonly [name: string, value: string]

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export function writeLabelText(labels: readonly Label[]): string {
  return `{${labels.map(([name, value]) => `${LABEL_NAME.test(name) ? name : quote(name)}=${quote(value)}`).join(', ')}}`
}
