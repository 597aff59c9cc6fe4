// Bundles the command line to dist/ so that it starts fast on Node 20 without a TypeScript loader.
// Each command is a chunk of its own, loaded only when it is asked for; npm packages stay outside.
import { chmod, rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: { cli: 'shipper/cli.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
})
await chmod('dist/cli.js', 0o755)
