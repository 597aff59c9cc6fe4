/**
 * npm run corpus [-- NAME…]: writes the `= ` lines of test/formats/*.txt from what the formats answer now.
 * Review the diff. Exit code 1 when a line is not taken by the format whose corpus it stands in.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Format } from '../shipper/formats/format.ts'
import { askFormat, corpusFiles, exportedFormats, rewriteCorpus, writeAnswer } from '../test/formats/corpus.ts'

const wanted = process.argv.slice(2)
const byName = await exportedFormats()
let refused = 0
for (const [name, file] of corpusFiles()) {
  if (wanted.length > 0 && !wanted.includes(name) && !wanted.includes(name.replaceAll('_', '-'))) continue
  const format = byName.get(name)
  if (format === undefined) {
    refused++
    console.error(`${file}: no format is called ${name}. Export it from shipper/formats/, or rename the file.`)
    continue
  }
  rewrite(file, format)
}
process.exitCode = refused > 0 ? 1 : 0

function rewrite(file: string, format: Format): void {
  const before = readFileSync(file, 'utf8')
  let samples = 0
  const after = rewriteCorpus(before, (sample) => {
    samples++
    const parsed = askFormat(format, sample)
    if (parsed === undefined) {
      refused++
      console.error(`${file}:${sample.line}: ${format.name} does not take this line: ${sample.head}`)
    }
    return writeAnswer(parsed)
  })
  if (after !== before) writeFileSync(file, after)
  console.log(`${format.name}: ${samples} events${after === before ? '' : ', rewritten'}`)
}
