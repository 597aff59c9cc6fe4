/** The rules that a command is given: files, folders of files, or a longship.yaml. */
import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { yaml } from '../../config/yaml.ts'
import { loadConfig, type ScanConfig } from '../../config.ts'
import { LongshipError } from '../../errors.ts'
import { readRuleFile } from '../../scan/rule-file.ts'
import { makeSnapshot, type Snapshot, type StoredRule } from '../../scan/snapshot.ts'
import { statOf } from '../../terms/stat.ts'

/** All rules as one set. Throws LongshipError('config') for a file that cannot be used, and for a rule that would be left out. */
export function readRules(paths: readonly string[]): Snapshot {
  return snapshotOf(paths.flatMap(filesOf).flatMap(readOne))
}

/** Rules that are tried must all be in force: one that is left out would look like one that finds nothing. */
export function snapshotOf(rules: readonly StoredRule[]): Snapshot {
  const snapshot = makeSnapshot(1, rules)
  const faults = snapshot.views.flatMap(({ name, file, error }) =>
    error === undefined ? [] : [`${file}: ${name}: ${error}`],
  )
  if (faults.length > 0) throw new LongshipError('config', faults.join('\n'))
  return snapshot
}

function filesOf(path: string): string[] {
  if (!statOf(path)?.isDirectory()) return [path]
  const files = globSync('*.{yaml,yml}', { cwd: path, absolute: true }).sort()
  if (files.length === 0) throw new LongshipError('file', `${path} holds no rule file (*.yaml)`)
  return files
}

function readOne(path: string): StoredRule[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new LongshipError('file', `cannot read ${path}: ${(error as Error).message}`)
  }
  return isConfiguration(text) ? configured(path) : rulesOf(text, path)
}

/** The rules of a rule file's text. Throws LongshipError('config') with what is wrong and where. */
export function rulesOf(text: string, path: string): StoredRule[] {
  const file = readRuleFile(text)
  if ('fault' in file) throw new LongshipError('config', `${path}: ${file.fault}`)
  return file.rules.map((settings) => ({ settings, origin: 'folder' as const, file: path }))
}

function isConfiguration(text: string): boolean {
  try {
    const top: unknown = yaml().parse(text, { maxAliasCount: 100 })
    return typeof top === 'object' && top !== null && 'scan' in top
  } catch {
    return false
  }
}

function configured(path: string): StoredRule[] {
  const { scan } = loadConfig({ path, env: process.env })
  return scan === undefined ? [] : configuredRules(scan, path)
}

/** Rules of the configuration and of its folder. Throws a LongshipError for a file that cannot be used. */
export function configuredRules({ rules, rules_folder: folder }: ScanConfig, file: string): StoredRule[] {
  const own = rules.map((settings) => ({ settings, origin: 'config' as const, file }))
  return folder === undefined ? own : [...own, ...filesOf(folder).flatMap(readOne)]
}
