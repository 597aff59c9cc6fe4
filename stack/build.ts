/** Everything that is made from stack/: path → text, for `npm run generate`. */
import { agentFiles } from './agents/index.ts'
import { grafanaFiles } from './grafana.ts'
import { lokiFiles } from './loki.ts'

export function stackFiles(): Map<string, string> {
  return new Map([...lokiFiles(), ...grafanaFiles(), ...agentFiles()])
}
