/** The example page with Faro's real SDK in a headless Chromium, against what `longship serve` runs: all of it is in Loki. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createLoki } from '../../loki/server/server.ts'
import { createCollector } from '../../shipper/commands/serving/faro.ts'
import { findChromium, startChromium } from '../preview/chromium.ts'

const program = findChromium()
const SDK = 'node_modules/@grafana/faro-web-sdk/dist/bundle/faro-web-sdk.iife.js'
const skip = program === undefined ? 'no Chromium here; LONGSHIP_CHROMIUM names one' : false

test('the SDK’s logs, events, exceptions, web vitals and sessions', { skip }, async (t) => {
  const page = createServer((request, response) => {
    const isSdk = request.url?.endsWith('.js') === true
    response.setHeader('Content-Type', isSdk ? 'text/javascript' : 'text/html')
    response.end(readFileSync(isSdk ? SDK : 'examples/faro/index.html'))
  })
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(page.address() as AddressInfo).port}`
  const collector = createCollector({ faroOrigin: [origin], faroKey: 'example-key' })
  const loki = createLoki({ port: 0, data: 'memory', fallback: collector.handle, warn: () => {} })
  const { url } = await loki.listen()
  collector.connect({ url, spool: false })
  const chromium = await startChromium(program!)
  t.after(async () => {
    await chromium.close()
    page.closeAllConnections()
    page.close()
    await collector.close()
    await loki.close()
  })

  const tab = await chromium.tab({ width: 800, height: 600 })
  await tab.open(`${origin}/?collector=${encodeURIComponent(`${url}/collect`)}&token=secret`)
  await tab.until('typeof faro === "object"')
  await tab.evaluate('document.getElementById("buy").click()')
  await tab.evaluate('setTimeout(() => document.getElementById("break").click(), 0)')
  // Web vitals are final when the page is left.
  await sleep(1500)
  await tab.evaluate('document.dispatchEvent(new Event("visibilitychange"))')

  const ask = async (query: string) => {
    const search = new URLSearchParams({ query, limit: '1000', since: '1h' })
    const answer = (await (await fetch(`${url}/loki/api/v1/query_range?${search}`)).json()) as Answer
    return answer.data.result.flatMap(({ stream, values }) =>
      values.map(([, line]) => ({ stream, record: JSON.parse(line) as Record<string, unknown> })),
    )
  }
  const eventually = async (query: string) => {
    for (let i = 0; i < 100; i++) {
      const found = await ask(query)
      if (found.length > 0) return found[0]!
      await sleep(100)
    }
    return assert.fail(`nothing in Loki for ${query}`)
  }
  const app = 'app="shop-frontend", env="demo", service="shop-frontend"'
  const { record: log } = await eventually(`{${app}, kind="log"} |= "order placed"`)
  assert.deepEqual([log.level, log.context_cart], ['info', '4711'])
  const { record: event } = await eventually(`{${app}, kind="event"} | event="order_placed"`)
  assert.deepEqual([event.event_data_items, event.event_domain], ['3', 'shop'])
  const { record: exception, stream } = await eventually(`{${app}, kind="exception", level="error"}`)
  assert.deepEqual([exception.error_type, exception.error], ['TypeError', 'the basket is broken'])
  assert.match(String(exception.stack), /^TypeError: the basket is broken\n {4}at .*\(http:\/\/localhost:\d+\//)
  assert.equal(stream.error_type, 'TypeError')
  await eventually(`{${app}, kind="event"} | event="session_start"`)
  const { record: vital } = await eventually(`{${app}, kind="measurement"} | json | measurement="web-vitals"`)
  assert.ok(
    Object.keys(vital).some((name) => /^value_(?:fcp|ttfb|lcp|cls|inp)$/.test(name)),
    JSON.stringify(vital),
  )
  const everything = await ask(`{${app}}`)
  const sessions = new Set(everything.map(({ record }) => record.session_id))
  assert.equal(sessions.size, 1)
  assert.ok(everything.every(({ record }) => record.browser_name !== undefined && record.page_path === '/'))
  assert.ok(
    everything.every(({ record }) => record.page_url === `${origin}/`),
    'queries are not kept',
  )
})

interface Answer {
  readonly data: { readonly result: { readonly stream: Record<string, string>; readonly values: [string, string][] }[] }
}
