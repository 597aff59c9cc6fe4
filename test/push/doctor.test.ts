import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fullnessOf } from '../../shipper/commands/doctor/files.ts'
import type { Finding } from '../../shipper/commands/doctor/finding.ts'
import { run } from '../../shipper/commands/doctor.ts'
import { certificate } from '../inputs/certificates.ts'
import { startDouble } from '../loki-double/double.ts'

/** Runs with --json and gives the exit code and the findings. */
async function doctor(
  ...argv: string[]
): Promise<{ code: number; findings: Finding[]; of: (check: string) => Finding[] }> {
  let text = ''
  const code = await run([...argv, '--json'], (part) => {
    text += part
  })
  const findings = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Finding)
  return { code, findings, of: (check) => findings.filter((finding) => finding.check === check) }
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-doctor-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('all well: exit code 0, and nothing is stored unless it is asked for', async () => {
  const loki = await startDouble()
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.log'), 'x\n')
    const path = join(folder, 'longship.yaml')
    writeFileSync(
      path,
      `loki: {url: "${loki.url}"}\nsources: [{path: "${folder}/*.log"}]\npositions: {file: "${folder}/data/positions.json"}\npush: {dead_letter: "${folder}/dead.jsonl"}\n`,
    )
    const well = await doctor('--config', path)
    assert.equal(well.code, 0, JSON.stringify(well.findings))
    assert.deepEqual([...new Set(well.findings.map(({ status }) => status))], ['ok'])
    assert.match(well.of('sources[0]')[0]!.message, /^1 file in /)
    assert.equal(well.of('Loki version')[0]?.message, '3.7.6')
    assert.equal(loki.stored.length, 0)
    await doctor('--config', path, '--push')
    assert.equal(loki.stored.length, 1)
  })
  await loki.close()
})

test('each fault is a line of its own that says what to do', async () => {
  const loki = await startDouble({ script: '401,404,302' })
  await withFolder(async (folder) => {
    const path = join(folder, 'longship.yaml')
    writeFileSync(
      path,
      `loki: {url: "${loki.url}"}\nsources: [{path: ["${folder}/*.nothing", "${folder}", "${folder}/gone.log"]}]\npositions: {file: "/dev/null/positions.json"}\npush: {dead_letter: "${folder}"}\n`,
    )
    const ill = await doctor('--config', path)
    assert.equal(ill.code, 1)
    const said = (check: string) =>
      ill
        .of(check)
        .map(({ status, message }) => `${status} ${message}`)
        .join('\n')
    assert.match(said('sources[0]'), /warn .*no file matches; files that appear later/)
    assert.match(said('sources[0]'), /fail .*is a directory/)
    assert.match(said('sources[0]'), /fail .*gone\.log: does not exist/)
    assert.match(said('positions'), /^fail .*\/dev\/null/)
    assert.match(said('dead letters'), /^fail .*is a directory; name a file/)
    assert.match(said('Loki push'), /^fail .*401 .*credentials/)
    assert.match((await doctor('--to', loki.url)).of('Loki push')[0]!.message, /404 .*path/)
    assert.match((await doctor('--to', loki.url)).of('Loki push')[0]!.message, /302 .*redirects to .*not followed/)
  })
  await loki.close()
})

test('Loki that is not there, a name that nobody knows, clocks that differ', async () => {
  const nobody = await doctor('--to', 'http://127.0.0.1:1')
  assert.equal(nobody.code, 1)
  assert.match(nobody.of('Loki push')[0]!.message, /nothing listens there.*is Loki running/)
  const unknown = await doctor('--to', 'http://no-such-host.invalid:3100')
  assert.match(unknown.of('Loki address')[0]!.message, /no-such-host\.invalid .*cannot|not a name/)
  const loki = await startDouble({ now: () => Date.now() - 20 * 60_000 })
  const ahead = await doctor('--to', loki.url)
  assert.deepEqual([ahead.code, ahead.of('clocks')[0]?.status], [1, 'fail'])
  assert.match(ahead.of('clocks')[0]!.message, /1[12]\d\d s ahead of Loki/)
  await loki.close()
})

test('wrong configuration ends with 2', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'longship.yaml')
    writeFileSync(path, 'loki: {ulr: x}\n')
    const { code, findings } = await doctor('--config', path)
    assert.equal(code, 2)
    assert.match(findings[0]!.message, /ulr/)
  })
})

test('limits as Loki writes its defaults are no reason to warn: its KB are 1024 bytes', async () => {
  const loki = await startDouble({
    config: 'limits_config:\n  max_line_size: 256KB\n  ingestion_burst_size_mb: 6\n  allow_structured_metadata: true\n',
  })
  const { findings } = await doctor('--to', loki.url)
  assert.deepEqual(
    findings.filter(({ check, status }) => check === 'Loki limits' && status !== 'ok'),
    [],
  )
  await loki.close()
})

test('a redaction rule that does not exist is wrong configuration too', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'longship.yaml')
    writeFileSync(path, 'redact: {disable: [passwords]}\nsources: [{path: x.log}]\n')
    const { code, of } = await doctor('--config', path)
    assert.equal(code, 2)
    assert.match(of('configuration')[0]!.message, /redact\.disable\[0\] names no rule.* Did you mean "password"\?$/)
  })
})

test('limits that make dead letters are told beforehand', async () => {
  const config =
    'target: all\nlimits_config:\n  max_line_size: 64KB\n  ingestion_burst_size_mb: 0.5\n  allow_structured_metadata: false\nserver:\n  http_listen_port: 3100\n'
  const loki = await startDouble({ config })
  const { code, of } = await doctor('--to', loki.url)
  assert.equal(code, 0)
  const said = of('Loki limits').map(({ status, message }) => `${status} ${message}`)
  assert.match(said.join('\n'), /ok lines older than 1w are stamped anew/)
  for (const limit of [
    /warn max_line_size is 65536 bytes/,
    /warn ingestion_burst_size_mb/,
    /warn allow_structured_metadata/,
  ]) {
    assert.ok(
      said.some((line) => limit.test(line)),
      `${limit} in ${said.join('\n')}`,
    )
  }
  await loki.close()
})

test('a disk that is full, by bytes or by inodes, and one that counts no inodes', () => {
  assert.match(fullnessOf({ bavail: 31, bsize: 4096, files: 9, ffree: 9 }) ?? '', /full \(126,976 bytes left\)/)
  assert.match(fullnessOf({ bavail: 9999, bsize: 4096, files: 9, ffree: 0 }) ?? '', /no inodes/)
  assert.equal(fullnessOf({ bavail: 9999, bsize: 4096, files: 0, ffree: 0 }), undefined)
})

test('inputs: addresses that are free, taken or open to others, the spool, the Docker socket', async () => {
  const loki = await startDouble()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  await withFolder(async (folder) => {
    const path = join(folder, 'longship.yaml')
    const inputs = {
      syslog: { tcp: '127.0.0.1:0', udp: '0.0.0.0:5514' },
      push: { listen: `127.0.0.1:${port}` },
      docker: { socket: join(folder, 'no.sock') },
    }
    const positions = { file: join(folder, 'positions.json') }
    const push = { dead_letter: join(folder, 'dead.jsonl') }
    const spool = { folder: join(folder, 'spool'), max_bytes: '16MiB' }
    writeFileSync(path, JSON.stringify({ loki: { url: loki.url }, inputs, positions, push, spool }))
    const { code, of } = await doctor('--config', path)
    const one = (check: string) =>
      of(check)
        .map(({ status, message }) => `${status} ${message}`)
        .join('\n')
    assert.equal(code, 1)
    assert.match(one('inputs.syslog.tcp'), /^ok 127\.0\.0\.1:0 can be listened on$/)
    assert.match(one('inputs.syslog.udp'), /^warn 0\.0\.0\.0:5514 is open to others/)
    assert.match(one('inputs.push'), /^warn 127\.0\.0\.1:\d+ is taken; perhaps Longship runs already$/)
    assert.match(one('spool'), /^ok .*spool can be written and has room$/)
    assert.match(one('inputs.docker'), /^fail .*no\.sock does not answer: .*ENOENT/)
    assert.deepEqual(of('sources'), [], 'inputs are something to read')
  })
  taken.close()
  await loki.close()
})

test('inputs: certificates that are valid, run out soon, or cannot be used', async () => {
  const loki = await startDouble()
  const server = certificate('server')
  const stranger = certificate('stranger')
  await withFolder(async (folder) => {
    const path = join(folder, 'longship.yaml')
    const files = { cert_file: server.cert_file, key_file: server.key_file }
    const inputs = {
      syslog: { tcp: '0.0.0.0:0', tls: { ...files, client_ca_file: stranger.cert_file } },
      push: { listen: '127.0.0.1:0', tls: { ...files, key_file: stranger.key_file } },
    }
    const positions = { file: join(folder, 'positions.json') }
    const push = { dead_letter: join(folder, 'dead.jsonl') }
    writeFileSync(path, JSON.stringify({ loki: { url: loki.url }, inputs, positions, push, spool: { folder } }))
    const { code, of } = await doctor('--config', path)
    const one = (check: string) => of(check).map(({ status, message }) => `${status} ${message}`)
    assert.equal(code, 1)
    // Made for an hour.
    assert.match(one('inputs.syslog.tls').join(), /^warn .*server\.crt is valid for 0 days more$/)
    assert.match(one('inputs.push.tls').join(), /^fail inputs\.push\.tls cannot be used \(.*stranger\.key\): /)
    assert.deepEqual(one('inputs.syslog.tcp').length, 1, 'senders have certificates: not open to others')
  })
  await loki.close()
})
