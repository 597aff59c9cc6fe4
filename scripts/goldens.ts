/** npm run goldens: writes what the five systems' samples become now to test/systems/golden/. Review the diff. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { goldenOf, goldenPath, SYSTEM_FILES } from '../test/systems/records.ts'

for (const file of SYSTEM_FILES) {
  const path = goldenPath(file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, goldenOf(file))
}
console.log(`${SYSTEM_FILES.length} files in test/systems/golden/`)
