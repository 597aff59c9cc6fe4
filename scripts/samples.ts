/** The bundled samples of the five systems: samples/systems/*. Written and drift-checked by scripts/generate.ts. */
import { agents } from './samples/agents.ts'
import { autosync } from './samples/autosync.ts'
import { migratekit } from './samples/migratekit.ts'
import { provlog } from './samples/provlog.ts'
import { tinyforge } from './samples/tinyforge.ts'

/** path → text */
export function sampleFiles(): Map<string, string> {
  const files = new Map<string, string>()
  for (const system of [provlog, autosync, agents, tinyforge, migratekit]) {
    for (const [name, text] of system()) files.set(`samples/systems/${name}`, text)
  }
  return files
}
