/** The configurations of the agents that can stand in for the shipper. */
import { alloyFile } from './alloy.ts'
import { promtailFile } from './promtail.ts'

export function agentFiles(): Map<string, string> {
  return new Map([
    ['promtail/promtail.yaml', promtailFile()],
    ['promtail/config.alloy', alloyFile()],
  ])
}
