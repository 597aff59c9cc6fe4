/** The image, stage by stage as the Dockerfile copies it, in folders that hold what .dockerignore lets through and nothing else. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'longship-image-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const [, building, shipped] = readFileSync('Dockerfile', 'utf8').split(/^FROM .*$/m) as [string, string, string]
const allowed = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => new RegExp(`^${line.slice(1).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(?:/|$)`))

/** COPY lines of a stage: what is copied, and to where. */
function copied(stage: string, from: 'context' | 'build'): { paths: string[]; to: string }[] {
  const lines = [...stage.matchAll(/^COPY (--from=build )?(.+) (\S+)$/gm)]
  return lines
    .filter(([, build]) => (build === undefined) === (from === 'context'))
    .map(([, , paths, to]) => ({ paths: paths!.split(' '), to: to! }))
}

function fill(stage: string, name: string): string {
  const root = join(folder, name)
  for (const { paths, to } of copied(stage, 'context')) {
    for (const path of paths) {
      assert.ok(
        allowed.some((each) => each.test(path)),
        `${path} is copied, but .dockerignore keeps it out`,
      )
      cpSync(path, to.endsWith('/') ? join(root, to, path.split('/').at(-1)!) : join(root, to), { recursive: true })
    }
  }
  return root
}

const run = (root: string, ...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })

test('docker compose up -d in a fresh clone: the image is built of what is copied into it', () => {
  const root = fill(building, 'build')
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const command = /^RUN node (\S+) && npm prune/m.exec(building)?.[1]
  const { status, stderr } = run(root, command!)
  assert.equal(status, 0, stderr)
})

test('what it runs stands in it: the command line, the demo services, health check and Grafana’s password', () => {
  const root = fill(shipped, 'image')
  assert.deepEqual(
    copied(shipped, 'build').map(({ to }) => to),
    ['node_modules', 'dist'],
  )
  cpSync(join(folder, 'build', 'dist'), join(root, 'dist'), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const version = run(root, 'dist/cli.js', '--version')
  assert.equal(version.stdout.trim(), JSON.parse(readFileSync('package.json', 'utf8')).version, version.stderr)
  const line = run(root, 'dist/cli.js', 'explain', 'level=info msg=hello')
  assert.match(line.stdout, /^format +logfmt/m, line.stderr)
  for (const path of ['dist/demo.js', 'stack/healthy.mjs', 'stack/grafana-init.mjs']) {
    assert.equal(run(root, '--check', path).status, 0, path)
  }
})

test('production dependencies are enough for all that the stack runs', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const production = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...builtinModules])
  const dist = join(folder, 'build', 'dist')
  const imported = readdirSync(dist)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => [
      ...readFileSync(join(dist, name), 'utf8').matchAll(/^(?:import|export)\b.*? from "([^".][^"]*)"/gm),
    ])
    .map(([, name]) => /^(?:node:)?((?:@[^/]+\/)?[^/]+)/.exec(name!)![1]!)
  // `dashboards build` alone needs Grafana's SDK, in the repository.
  const missing = [...new Set(imported)].filter((name) => !production.has(name))
  assert.deepEqual(missing, ['@grafana/grafana-foundation-sdk'])
})
