/** The samples of the five systems as Docker's json-file driver would have written them: a folder a container. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { globSync } from 'tinyglobby'

/** When the first line of each container was written; the next ones a millisecond later each. */
const START_MS = Date.UTC(2026, 4, 5, 13, 0, 0)

/** So many lines of each file, from all over it. */
const LINES = 25

/** Makes <folder>/<id>/<id>-json.log of each file; returns how many lines there are. */
export function writeContainers(folder: string): number {
  let lines = 0
  for (const path of globSync('samples/systems/*.{log,jsonl}').sort()) {
    const service = basename(path).replace(/\W/g, '-')
    const id = createHash('sha256').update(basename(path)).digest('hex')
    const attrs = {
      'com.docker.compose.project': 'samples',
      'com.docker.compose.service': service,
      tag: `samples-${service}-1`,
    }
    const texts = someOf(readFileSync(path, 'utf8').split('\n').slice(0, -1))
    lines += texts.length
    const wrapped = texts.map((text, at) =>
      JSON.stringify({
        log: `${text}\n`,
        stream: 'stdout',
        attrs,
        time: new Date(START_MS + at).toISOString().replace('Z', '000000Z'),
      }),
    )
    mkdirSync(join(folder, id), { recursive: true })
    writeFileSync(join(folder, id, `${id}-json.log`), `${wrapped.join('\n')}\n`)
  }
  return lines
}

function someOf(texts: readonly string[]): string[] {
  const step = Math.ceil(texts.length / LINES)
  return texts.filter((_, at) => at % step === 0)
}
