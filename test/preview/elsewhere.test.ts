import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { run } from '../../shipper/commands/serve.ts'
import { startElsewhere } from '../../shipper/commands/serving/elsewhere.ts'

const loki = createServer({ port: 0, data: 'memory', limits: { reject_old_samples: false }, warn: () => {} })
const { url, port } = await loki.listen()
after(() => loki.close())
const now = `${Date.now()}000000`
loki.push(Buffer.from(JSON.stringify({ streams: [{ stream: { service: 'far' }, values: [[now, 'hello']] }] })), {
  format: 'json',
})

test('serve --loki serves the page, says where its questions go, and hands them on', async () => {
  const preview = await startElsewhere({
    loki: `${url}/loki/api/v1/push`,
    host: '127.0.0.1',
    port: 0,
    dashboards: undefined,
  })
  try {
    assert.equal(preview.name, url)
    assert.match(await (await fetch(preview.url)).text(), /preview\/page-/)
    assert.deepEqual(await (await fetch(`${preview.url}/preview/api/about`)).json(), {
      loki: url,
      boards: true,
      scan: false,
    })
    const labels = (await (await fetch(`${preview.url}/loki/api/v1/label/service/values`)).json()) as { data: string[] }
    assert.deepEqual(labels.data, ['far'])
    assert.equal((await fetch(`${preview.url}/loki/api/v1/push`, { method: 'POST', body: '{}' })).status, 404)
    assert.equal((await fetch(`${preview.url}/nothing`)).status, 404)
  } finally {
    await preview.close()
  }
})

test('credentials in the URL are sent, and told to nobody', async () => {
  const preview = await startElsewhere({
    loki: url.replace('//', '//me:secret@'),
    host: '127.0.0.1',
    port: 0,
    dashboards: undefined,
  })
  try {
    assert.equal(preview.name, url)
    const about = await (await fetch(`${preview.url}/preview/api/about`)).text()
    assert.doesNotMatch(about, /secret|me:/)
  } finally {
    await preview.close()
  }
})

test('a taken port that was asked for, and options that do not go together, end with words', async () => {
  const options = { loki: url, host: '127.0.0.1', port, dashboards: undefined }
  await assert.rejects(startElsewhere(options), /cannot listen on 127\.0\.0\.1:\d+: the port is taken/)
  await assert.rejects(startElsewhere({ ...options, loki: 'nonsense' }), /loki\.url|Loki's URL/)
  const said: string[] = []
  const error = console.error
  console.error = (text: string) => void said.push(text)
  try {
    assert.equal(await run(['--loki', url, '--max-memory', '1GB']), 2)
    assert.equal(await run(['--dashboards', 'package.json']), 2)
  } finally {
    console.error = error
  }
  assert.match(said[0]!, /--max-memory is for the embedded Loki, and --loki asks another/)
  assert.match(said[1]!, /--dashboards must be a directory/)
})
