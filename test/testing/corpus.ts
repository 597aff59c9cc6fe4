/** Reads test/testing/*.txt: files under `=== name`, the first one the test file, and what `longship test` prints under `=== output`. */
import { readFileSync, writeFileSync } from 'node:fs'

export interface Case {
  readonly path: string
  /** By name; the first is run. */
  readonly files: ReadonlyMap<string, string>
  readonly output: string
}

const HEAD = /^=== (.+)$/

export function readCase(path: string): Case {
  const files = new Map<string, string>()
  let name = ''
  for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const head = HEAD.exec(line)
    if (head !== null) {
      name = head[1]!
      files.set(name, '')
    } else files.set(name, `${files.get(name) ?? ''}${line}\n`)
  }
  const output = files.get('output') ?? ''
  files.delete('output')
  return { path, files, output }
}

/** With UPDATE=1: the output becomes what was printed; look at the difference before committing it. */
export function writeCase({ path, files }: Case, output: string): void {
  const parts = [...files, ['output', output] as const].map(([name, text]) => `=== ${name}\n${text}`)
  writeFileSync(path, parts.join(''))
}
