/** The embedded server with the samples in it and the page before it, on a free port. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createServer } from '../../loki/server/server.ts'
import { pushJson } from '../../loki/testing/embedded.ts'
import type { TestStream } from '../../loki/testing/target.ts'
import { END, pushSamples, START } from '../dashboards/samples.ts'

export interface Site {
  readonly url: string
  /** Of the samples' stories, as the address says it. */
  readonly range: string
  push(streams: readonly TestStream[]): void
  close(): Promise<void>
}

const CENTURY_MS = 100 * 365 * 86_400_000

export async function openSite(): Promise<Site> {
  const dashboards = mkdtempSync(join(tmpdir(), 'longship-boards-'))
  for (const folder of ['grafana/dashboards', 'test/preview/boards']) cpSync(folder, dashboards, { recursive: true })
  const server = createServer({
    port: 0,
    data: 'memory',
    limits: { reject_old_samples: false, creation_grace_period: CENTURY_MS, max_query_length: 0, retention_period: 0 },
    settings: { maxChunkAge: CENTURY_MS },
    fallback: createPage({ dashboards }),
    warn: () => {},
  })
  const push = (streams: readonly TestStream[]) => {
    const { status, message } = server.push(Buffer.from(pushJson(streams)), { format: 'json' })
    if (status !== 204) throw new Error(`cannot be pushed: ${message}`)
  }
  await pushSamples({ push: async (streams) => push(streams) })
  const { url } = await server.listen()
  return {
    url,
    range: `from=${START / 1_000_000n}&to=${END / 1_000_000n}`,
    push,
    async close() {
      await server.close()
      rmSync(dashboards, { recursive: true })
    },
  }
}

/** Lines that would do harm if any of them became HTML, a style or a link. */
export function hostileStream(): TestStream {
  const lines = [
    '<img src=x onerror="window.hurt=1">',
    '{"message":"<script>window.hurt=1</script>","level":"error\\"><b>","node":"</span><h1>","__proto__":{"x":1}}',
    '{"message":"\\u202egnp.exe","stack":"<svg onload=window.hurt=1>\\n at evil (javascript:alert(1))"}',
    `javascript:alert(1) ${'A'.repeat(20_000)}`,
  ]
  return {
    labels: new Map([['service', '<b>hostile</b>']]),
    entries: lines.map((line, index) => ({
      time: START + BigInt(index + 1) * 60_000_000_000n,
      line,
      metadata: new Map([
        ['url', 'javascript:window.hurt=1'],
        ['trace_id', '"><img src=x onerror=window.hurt=1>'],
      ]),
    })),
  }
}
