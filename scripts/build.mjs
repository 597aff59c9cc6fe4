// Bundles the command line to dist/ so that it starts fast on Node 20 without a TypeScript loader.
// Each command is a chunk of its own, loaded only when it is asked for; npm packages stay outside.
// Files that do not change are not touched: a Longship that runs from dist/ may still load its chunks.
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: { cli: 'shipper/cli.ts' },
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
for (const { path, contents } of outputFiles) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue
  await writeFile(`${path}.${process.pid}`, contents)
  await rename(`${path}.${process.pid}`, path)
}
await chmod('dist/cli.js', 0o755)
const made = new Set(outputFiles.map(({ path }) => basename(path)))
for (const name of await readdir('dist')) if (!made.has(name)) await rm(`dist/${name}`, { force: true })
