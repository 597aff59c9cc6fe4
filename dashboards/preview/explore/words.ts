/** Words for completion, asked of Loki once for each range of time and kept. */
import { detectedFields, labelNames, labelValues } from '../loki/client.ts'
import { type Wanted, WORDS } from '../model/completion.ts'
import { firstSelector } from '../model/logql.ts'
import type { TimeRange } from '../model/times.ts'

export interface Words {
  /** None when Loki does not answer. `query`: all that is typed. */
  find(wanted: Wanted, query: string): Promise<readonly string[]>
}

/** How long an answer is good for. */
const KEPT_MS = 30_000

export function createWords(range: () => TimeRange): Words {
  const kept = new Map<string, { readonly at: number; readonly words: Promise<readonly string[]> }>()
  const keep = (key: string, ask: () => Promise<readonly string[]>) => {
    const known = kept.get(key)
    if (known !== undefined && Date.now() - known.at < KEPT_MS) return known.words
    const words = ask().catch(() => [])
    kept.set(key, { at: Date.now(), words })
    return words
  }
  const fields = (query: string) => {
    const selector = firstSelector(query) ?? ''
    return selector === '' ? Promise.resolve([]) : keep(`fields ${selector}`, () => detectedFields(selector, range()))
  }
  return {
    async find(wanted, query) {
      if (wanted.kind === 'function') return WORDS.function
      if (wanted.kind === 'label') return keep('labels', () => labelNames(range()))
      if (wanted.kind === 'value') return keep(`value ${wanted.label}`, () => labelValues(wanted.label, range()))
      return wanted.kind === 'stage' ? [...WORDS.stage, ...(await fields(query))] : fields(query)
    },
  }
}
