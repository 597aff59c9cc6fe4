/** `longship doctor` about rules over the stream. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkScan } from '../../shipper/commands/doctor/scan.ts'
import { loadConfig } from '../../shipper/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'longship-doctor-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function findings(scan: object | undefined, secretKey?: string): string[] {
  const config = loadConfig({ flags: { scan } })
  return [...checkScan(config, secretKey)].map(({ check, status, message }) => `${status} ${check}: ${message}`)
}

test('off: nothing is said', () => {
  assert.deepEqual(findings(undefined), [])
})

test('rules that are left out, of the configuration and of its folder', () => {
  writeFileSync(
    join(folder, 'a.yaml'),
    'rules: [{ name: b, pattern: x }, { name: c, pattern: y, workload: w, overrides: none }]',
  )
  const said = findings({ folder, rules_folder: folder, rules: [{ name: 'a', pattern: '(' }] })
  assert.match(said[0], /^fail scan\.rules: longship\.yaml: "a" is left out: .*missing closing \)/)
  assert.match(said[1], /^fail scan\.rules: .*a\.yaml: "c" is left out: overrides names no rule: "none"/)
  assert.equal(said[2], 'ok scan.rules: 1 of 3 rules are in force, without those of the API')
  assert.match(said[3], /^ok scan\.folder: /)
})

test('a file that cannot be read as rules, a folder without any, a key that can be guessed', () => {
  writeFileSync(join(folder, 'a.yaml'), 'rules: [{ nme: x }]')
  assert.match(
    findings({ folder, rules_folder: folder })[0],
    /^fail scan\.rules: .*a\.yaml: rules\[0\] .*Did you mean "name"\?/,
  )
  assert.match(findings({ folder, rules_folder: join(folder, 'none') })[0], /^fail scan\.rules: .*none/)
  assert.match(findings({ folder }, 'short').at(-1) ?? '', /^fail triggers: LONGSHIP_SECRET_KEY is too short/)
})
