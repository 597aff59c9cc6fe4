// Bundles the command line and longship/logger to dist/ so that they start fast on Node 20 without a TypeScript loader.
// Each command is a chunk of its own, loaded only when it is asked for; npm packages stay outside.
// Files that do not change are not touched: a Longship that runs from dist/ may still load its chunks.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: { cli: 'shipper/cli.ts', logger: 'logger/index.ts' },
  outdir: 'dist',
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
})
await mkdir('dist', { recursive: true })
for (const { path, contents } of outputFiles) await place(path, contents)
await chmod('dist/cli.js', 0o755)
await writeTypes()
const made = new Set([...outputFiles.map(({ path }) => basename(path)), 'types', 'types-cjs'])
for (const name of await readdir('dist'))
  if (!made.has(name)) await rm(`dist/${name}`, { force: true, recursive: true })

/** Types of longship/logger, once for programs that import it and once for those that require it. */
async function writeTypes() {
  const out = `dist/types.${process.pid}`
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', out], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  const files = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.d.ts'))
  for (const name of files) {
    // tsc leaves .ts in the imports of declarations, and a program's own tsc would refuse that.
    const text = (await readFile(join(out, name), 'utf8')).replace(
      /(from\s+'|import\(["'])(\.[^'"]+)\.ts(?=["'])/g,
      '$1$2.js',
    )
    for (const kind of ['types', 'types-cjs']) await place(join('dist', kind, name), Buffer.from(text))
  }
  for (const [kind, type] of [
    ['types', 'module'],
    ['types-cjs', 'commonjs'],
  ]) {
    await place(join('dist', kind, 'package.json'), Buffer.from(`${JSON.stringify({ type })}\n`))
  }
  await rm(out, { recursive: true })
}

async function place(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, contents)
  await rename(`${path}.${process.pid}`, path)
}
