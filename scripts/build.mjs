// Bundles to dist/: the command line and longship/logger, so that they start fast on Node 20 without a TypeScript loader;
// the preview page; the types of longship/logger.
// Each command is a chunk of its own, loaded only when it is asked for; npm packages stay outside, but for the page's.
// Files that do not change are not touched: a Longship that runs from dist/ may still load its chunks.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const PAGE = 'dist/preview'

/** @type {Map<string, string | Uint8Array>} path → contents */
const files = new Map([...(await buildCode()), ...(await buildPage()), ...(await buildTypes())])
for (const [path, contents] of files) await writeChanged(path, contents)
await chmod('dist/cli.js', 0o755)
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (entry.isFile() && !files.has(path)) await rm(path, { force: true })
}

async function buildCode() {
  const { outputFiles } = await build({
    entryPoints: { cli: 'shipper/cli.ts', demo: 'shipper/demo/emit.ts', logger: 'logger/index.ts' },
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
  return outputFiles.map(relativePath)
}

/** The page's names carry a hash of what is in them, so that browsers may keep them; index.html names them. */
async function buildPage() {
  const { outputFiles } = await build({
    entryPoints: { page: 'dashboards/preview/main.ts' },
    outdir: PAGE,
    entryNames: '[name]-[hash]',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'eof',
    logLevel: 'warning',
  })
  const made = outputFiles.map(relativePath)
  const nameOf = (extension) => basename(made.find(([path]) => path.endsWith(extension))[0])
  const html = readFileSync('dashboards/preview/index.html', 'utf8')
    .replace('page.css', nameOf('.css'))
    .replace('page.js', nameOf('.js'))
  return [...made, [join(PAGE, 'index.html'), html]]
}

/** Types of longship/logger, once for programs that import it and once for those that require it. */
async function buildTypes() {
  const out = `dist/types.${process.pid}`
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const args = [tsc, '-p', 'tsconfig.types.json', '--outDir', out]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  const made = [
    ['dist/types/package.json', '{"type":"module"}\n'],
    ['dist/types-cjs/package.json', '{"type":"commonjs"}\n'],
  ]
  for (const name of await readdir(out, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    // tsc leaves .ts in the imports of declarations, and a program's own tsc would refuse that.
    const text = (await readFile(join(out, name), 'utf8')).replace(
      /(from\s+'|import\(["'])(\.[^'"]+)\.ts(?=["'])/g,
      '$1$2.js',
    )
    for (const kind of ['types', 'types-cjs']) made.push([join('dist', kind, name), text])
  }
  await rm(out, { recursive: true })
  return made
}

function relativePath({ path, contents }) {
  return [relative(resolve('.'), path), contents]
}

/** A file is there whole, or not at all. */
async function writeChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, contents)
  await rename(`${path}.${process.pid}`, path)
}
