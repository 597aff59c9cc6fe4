/** Where the built page and the generated dashboards are: in the package, whether dist/ or the sources run. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's folder: the nearest above this file that holds package.json. */
const root = (() => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
})()

/** What scripts/build.mjs writes. */
export const PAGE_FOLDER = join(root, 'dist', 'preview')
export const DASHBOARDS_FOLDER = join(root, 'grafana', 'dashboards')
