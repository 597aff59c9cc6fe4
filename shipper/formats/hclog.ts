import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'hclog'

const LAYOUTS = [
  layout(
    ' \\[(TRACE|DEBUG|INFO|WARN|ERROR|FATAL|CRITICAL|WARNING)\\] {1,2}(?:([^\\s:]{1,300}\\.go):(\\d{1,7}): )?(?:([a-zA-Z_][\\w./@-]{0,100}): )?',
    'level file line logger',
    '[',
  ),
]

/** HashiCorp's hclog (Consul, Vault, Nomad, Terraform): "2025-12-26T02:03:45.123Z [INFO]  agent.server: msg: key=value". */
export const hclog: Format = {
  name: NAME,
  title: 'HashiCorp hclog (Consul, Vault, Nomad, Terraform)',
  starts: '0-9',
  parse: (head, options) =>
    head.charCodeAt(10) === LETTER_T ? readAfterTime(NAME, LAYOUTS, head, options) : undefined,
}

const LETTER_T = 0x54
