// Runs the tests under test/ (or the files and name parts given) with Node's own runner.
// Node 20 has no globs for --test, so the files are listed here.
import { spawnSync } from 'node:child_process'
import { globSync } from 'tinyglobby'

const wanted = process.argv.slice(2)
const all = globSync('test/**/*.test.ts').sort()
const files = wanted.length === 0 ? all : all.filter((file) => wanted.some((part) => file.includes(part)))
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}`)
  process.exit(2)
}
const args = ['--import', 'tsx', '--test', '--test-reporter', process.env.TEST_REPORTER ?? 'spec', ...files]
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
process.exit(status ?? 1)
