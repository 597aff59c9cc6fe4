/** Positions that cannot be written or read, standard input, and readers that go away. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDouble } from '../loki-double/double.ts'
import { cli, Longship, Place, until } from './harness.ts'
import { assertAllCame, eventText } from './numbered.ts'

const events = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => eventText(from + i, Date.now())).join('')

function follow(place: Place, url: string, positions: string): Longship {
  const config = place.config({ positions: { every: '50ms' }, batch: { max_wait: '100ms' } })
  return new Longship(['ship', '--to', url, '--config', config, '--positions', positions, place.path('app.log')], {
    place,
  })
}

test('a full disk: told, shipping goes on, a restart loses nothing', async (t) => {
  const place = new Place()
  const disk = mkdtempSync(join(tmpdir(), 'longship-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk], { stdio: 'ignore' })
  } catch {
    rmdirSync(disk)
    return t.skip('needs the right to mount a small tmpfs')
  }
  t.after(() => {
    execFileSync('umount', ['-l', disk])
    rmdirSync(disk)
  })
  const double = await startDouble()
  t.after(() => double.close())
  const positions = `${disk}/positions.json`
  place.write('app.log', events(0, 100))
  const longship = follow(place, double.url, positions)
  await until(() => double.stored.length >= 100 && existsSync(positions), 'the first events')
  const kept = () => JSON.parse(readFileSync(positions, 'utf8')).files[0].offset as number
  await until(() => kept() > 0, 'a position')
  assert.throws(() => writeFileSync(`${disk}/ballast`, Buffer.alloc(128 * 1024)), /ENOSPC/)
  appendFileSync(place.path('app.log'), events(100, 300))
  await until(() => double.stored.length >= 300, 'shipping to go on')
  await until(() => {
    // A save that was under way made room again.
    assert.throws(() => writeFileSync(`${disk}/more`, Buffer.alloc(64 * 1024)), /ENOSPC/)
    return longship.stderr.includes('the disk is full')
  }, 'the error')
  await longship.kill()
  assert.doesNotThrow(kept, 'the positions kept before are damaged')
  const behind = readFileSync(place.path('app.log')).subarray(kept()).toString().match(/n\d+:/g)?.length ?? 0
  appendFileSync(place.path('app.log'), events(300, 400))
  const again = follow(place, double.url, positions)
  await until(() => double.stored.some(({ line }) => line.includes('n399:')), 'the rest')
  assert.equal(await again.stop(), 0, again.stderr)
  const { surplus } = assertAllCame(double.stored, 400)
  assert.ok(surplus <= behind, `${surplus} came again, ${behind} stood behind the position`)
})

test('a positions file that is a directory, or under a file: told, shipping goes on', async (t) => {
  for (const name of ['folder', 'app.log/positions.json']) {
    const place = new Place()
    mkdirSync(place.path('folder'))
    place.write('app.log', events(0, 50))
    const double = await startDouble()
    t.after(() => double.close())
    const longship = follow(place, double.url, place.path(name))
    await until(
      () => double.stored.length >= 50 && /positions .*cannot be/.test(longship.stderr),
      `${name}\n${longship.stderr}`,
    )
    await longship.stop()
    assertAllCame(double.stored, 50)
  }
})

test('a torn positions file, one of NULs: told; nothing is lost', async (t) => {
  for (const damage of [
    (text: string) => text.slice(0, text.length >> 1),
    (text: string) => '\0'.repeat(text.length),
  ]) {
    const place = new Place()
    const positions = place.path('positions.json')
    place.write('app.log', events(0, 50))
    const double = await startDouble()
    t.after(() => double.close())
    const first = follow(place, double.url, positions)
    await until(() => double.stored.length >= 50, 'the first events')
    assert.equal(await first.stop(), 0)
    writeFileSync(positions, damage(readFileSync(positions, 'utf8')))
    appendFileSync(place.path('app.log'), events(50, 80))
    const second = follow(place, double.url, positions)
    await until(() => double.stored.some(({ line }) => line.includes('n79:')), 'the rest')
    assert.equal(await second.stop(), 0)
    assert.match(second.stderr, /positions .* is torn/)
    assertAllCame(double.stored, 80)
    const third = follow(place, double.url, positions)
    appendFileSync(place.path('app.log'), events(80, 81))
    await until(() => double.stored.some(({ line }) => line.includes('n80:')), 'one more')
    assert.equal(await third.stop(), 0)
    assert.doesNotMatch(third.stderr, /torn/)
  }
})

test('positions of a newer version: a clear error, exit 2, the file untouched', async () => {
  const place = new Place()
  const text = '{"version":99,"files":[]}'
  const positions = place.write('positions.json', text)
  place.write('app.log', events(0, 5))
  const longship = follow(place, 'http://127.0.0.1:9', positions)
  assert.equal(await longship.exit(30_000), 2)
  assert.match(longship.stderr, /version 99.*newer Longship/)
  assert.equal(readFileSync(positions, 'utf8'), text)
})

test('standard input: slow lines within 2 s, the balance at its end', async (t) => {
  const place = new Place()
  const double = await startDouble()
  t.after(() => double.close())
  const longship = new Longship(['ship', '-', '--json', '--to', double.url], { place, stdin: 'pipe' })
  for (let n = 0; n < 3; n++) {
    longship.child.stdin!.write(eventText(n, Date.now()))
    await until(
      () => double.stored.length === n + 1,
      `line ${n} within 2.5 s of the start of a process`,
      n === 0 ? 3500 : 2000,
    )
  }
  longship.child.stdin!.end(eventText(3, Date.now()).trimEnd())
  assert.equal(await longship.exit(30_000), 0, longship.stderr)
  const { read, delivered, pending } = JSON.parse(longship.stdout)
  assert.deepEqual([read, delivered, pending], [4, 4, 0])
  assertAllCame(double.stored, 4)
})

test('readers that go away end what is printed, not what is shipped', async (t) => {
  const place = new Place()
  place.write('big.log', events(0, 6_000))
  for (const command of ['normalize big.log', 'normalize < big.log', 'normalize --help', '--help']) {
    const shell = `"${process.execPath}" "${cli}" ${command} | true; echo "code \${PIPESTATUS[0]}"`
    const { stdout, stderr } = await run('bash', ['-c', shell], place.directory)
    assert.equal(stdout, 'code 0\n', `${command}: ${stderr}`)
    assert.equal(stderr, '', command)
  }
  const double = await startDouble({ script: '500*2' })
  t.after(() => double.close())
  const shell = `"${process.execPath}" "${cli}" ship --once --to ${double.url} --config ${place.config()} big.log 2>&1 | true`
  await run('bash', ['-c', shell], place.directory)
  assertAllCame(double.stored, 6_000)
})

function run(program: string, args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const out = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => {
      out.stdout += text
    })
    child.stderr.on('data', (text) => {
      out.stderr += text
    })
    child.on('close', () => resolve(out))
  })
}
