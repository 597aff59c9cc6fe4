/** `longship scan` on a terminal: nothing that a line or a file's name holds moves the cursor. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Hits } from '../../shipper/commands/scanning/hits.ts'
import type { NewEvent } from '../../shipper/events/event.ts'
import type { Screen } from '../../shipper/querying/screen.ts'

const plain = (text: string) => text
const colours = new Proxy({}, { get: () => plain })

test('file, rule, message and captures show their control characters, C1 ones too', () => {
  const lines: string[] = []
  const screen = { line: (text: string) => lines.push(text), colours } as unknown as Screen
  const evil = 'a\u001b[2Jb\u009b31mc\u0085d'
  const hits = new Hits('text', screen)
  hits.line = 7
  hits.add({
    severity: 'warn',
    message: evil,
    metadata: { workload: 'w', container: evil, rule_name: evil, captures: { $1: evil } },
  } as unknown as NewEvent)
  assert.equal(lines.length, 1)
  assert.doesNotMatch(lines[0], /[\u0000-\u001f\u007f-\u009f]/)
  assert.match(lines[0], /^a\\x1b\[2Jb\\x9b31mc\\x85d:7: warn /)
})
