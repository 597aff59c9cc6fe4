/** What `longship up` says to people. */
import type { Summary } from '../shipping.ts'
import { colours } from '../terms/colours.ts'
import { commandOf, curlOf, EXAMPLES, FOLLOWED_ID } from './examples.ts'

const { bold, cyan, dim, green, red } = colours

export { bold, dim }

/** The summary of the samples: files, formats, records, what became of them. */
export function reportSamples(summary: Summary, moved: number): string {
  const { files, formats, read, delivered, rejected, dropped, redacted, pending } = summary
  const refused = total(rejected)
  const lost = total(dropped) + pending
  const isWhole = refused === 0 && lost === 0
  const names = Object.keys(formats)
  const rows = [
    ['files', `${files}`],
    ['formats', `${names.length} found by themselves: ${names.slice(0, 5).join(', ')} …`],
    ['records', `${number(read)} read, ${number(delivered)} delivered`],
    ['', (isWhole ? green : red)(`rejected ${refused}, lost ${lost}`)],
    ['redacted', `${number(total(redacted))} secrets, by ${Object.keys(redacted).length} rules`],
  ]
  if (moved > 0)
    rows.push(['re-timed', `${moved} old lines out of order; each keeps its own time in original_timestamp`])
  for (const problem of summary.problems) rows.push(['problem', problem])
  if (summary.gave_up !== undefined) rows.push(['stopped', summary.gave_up])
  return rows.map(([name, text]) => `  ${name!.padEnd(9)} ${text}`).join('\n')
}

/** Commands to copy. `samples`: the path of the samples' folder as seen from here. */
export function reportExamples(url: string, samples: string): string {
  const commands = EXAMPLES.map((example) => [example.title, commandOf(url, example)] as const)
  const own = [
    ['the same message as a timeline', `npx longship trace ${FOLLOWED_ID} --addr ${url}`],
    ['any client of Loki will do', curlOf(url, EXAMPLES[0]!)],
    ['no server at all', `npx longship query --file ${samples}/formats/klog.log '{level="error"}'`],
    [
      'what Longship makes of a line',
      `npx longship explain '2026/05/05 12:30:11 evt: provision.skip_existing {"workspace_id":"ws-1"}'`,
    ],
    ['a file as records', `npx longship normalize ${samples}/systems/provlog.log`],
    ['your own logs', `npx longship ship --once --to ${url} ${samples}/formats/klog.log`],
  ] as const
  return [...commands, ...own].map(([title, command]) => `  ${dim(`# ${title}`)}\n  ${cyan(command)}`).join('\n')
}

/** One line at the end: everything that was read, from samples and live demo, is accounted for. */
export function reportBalance(summaries: readonly Summary[]): string {
  const of = (count: (summary: Summary) => number) => summaries.reduce((sum, summary) => sum + count(summary), 0)
  const read = of(({ read }) => read)
  const delivered = of(({ delivered }) => delivered)
  const rejected = of((summary) => total(summary.rejected))
  const dropped = of((summary) => total(summary.dropped))
  const pending = of(({ pending }) => pending)
  const rest = pending > 0 ? ` + pending ${number(pending)}` : ''
  return `balance: read ${number(read)} = delivered ${number(delivered)} + rejected ${rejected} + dropped ${dropped}${rest}`
}

/** Everything that was read is in Loki. */
export function isWhole({ rejected, dropped, pending, problems, gave_up }: Summary): boolean {
  return total(rejected) + total(dropped) + pending === 0 && problems.length === 0 && gave_up === undefined
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function number(value: number): string {
  return value.toLocaleString('en')
}
