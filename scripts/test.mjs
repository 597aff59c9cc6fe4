// Runs the tests under test/ (or the files and name parts given) with Node's own runner.
// Node 20 has no globs for --test, so the files are listed here.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { globSync } from 'tinyglobby'

const wanted = process.argv.slice(2)
const all = globSync('test/**/*.test.ts').sort()
const files = wanted.length === 0 ? all : all.filter((file) => wanted.some((part) => file.includes(part)))
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}`)
  process.exit(2)
}
/** A test that hangs is a failure, not a run without end. */
const TIMEOUT_MS = 240_000
const reporter = process.env.TEST_REPORTER ?? 'spec'
const flags = [
  `--test-timeout=${TIMEOUT_MS}`,
  `--test-concurrency=${availableParallelism()}`,
  `--test-reporter=${reporter}`,
]
const args = ['--import', 'tsx', '--import', './scripts/test-plain.mjs', '--test', ...flags, ...files]
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
process.exit(status ?? 1)
