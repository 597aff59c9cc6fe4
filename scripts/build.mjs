// Bundles to dist/: the command line, so that it starts fast on Node 20 without a TypeScript loader, and the preview page.
// Each command is a chunk of its own, loaded only when it is asked for; npm packages stay outside, but for the page's.
// Files that do not change are not touched: a Longship that runs from dist/ may still load its chunks.
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const PAGE = 'dist/preview'

/** @type {Map<string, string | Uint8Array>} path → contents */
const files = new Map([...(await buildCommands()), ...(await buildPage())])
for (const [path, contents] of files) await writeChanged(path, contents)
await chmod('dist/cli.js', 0o755)
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (entry.isFile() && !files.has(path)) await rm(path, { force: true })
}

async function buildCommands() {
  const { outputFiles } = await build({
    entryPoints: { cli: 'shipper/cli.ts', demo: 'shipper/demo/emit.ts' },
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
