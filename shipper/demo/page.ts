/** What a browser sees at / while the demo runs: links to the examples and to the API. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { EXAMPLES, exampleUrl } from './examples.ts'

const API = ['labels', 'label/service/values', 'label/format/values', 'status/buildinfo']

/** Answers GET / and nothing else. */
export function answerPage(request: IncomingMessage, response: ServerResponse): boolean {
  const isPage = (request.method === 'GET' || request.method === 'HEAD') && /^\/(?:\?|$)/.test(request.url ?? '')
  if (!isPage) return false
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
  response.end(request.method === 'HEAD' ? undefined : page())
  return true
}

function page(): string {
  const examples = EXAMPLES.map(
    (example) =>
      `<li><a href="${escaped(exampleUrl('', example))}">${escaped(example.title)}</a><br><code>${escaped(example.query)}</code></li>`,
  )
  const api = API.map((path) => `<li><a href="/loki/api/v1/${path}">/loki/api/v1/${path}</a></li>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Longship</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}li{margin:.5rem 0}code{font-size:14px}</style>
</head><body><h1>Longship</h1>
<p>The embedded Loki answers here. As a Grafana data source (type Loki), use this page's address.</p>
<h2>Queries to try</h2><ul>${examples.join('')}</ul>
<h2>API</h2><ul>${api.join('')}<li><a href="/metrics">/metrics</a></li></ul>
</body></html>
`
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
])

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES.get(char)!)
}
