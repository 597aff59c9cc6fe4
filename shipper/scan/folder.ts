/**
 * A folder of rule files that is watched: *.yaml and *.yml, read when they have been quiet for a moment. A file that cannot
 * be read as rules keeps its last good version, and is said once. Where the file system tells nothing (network file
 * systems, mounts of another machine) looking every few seconds finds what changed.
 */
import { closeSync, constants, type FSWatcher, openSync, readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import { readRuleFile } from './rule-file.ts'
import type { StoredRule } from './snapshot.ts'

export interface RuleFolderOptions {
  readonly folder: string
  readonly onChange: () => void
  readonly onProblem: (path: string, message: string) => void
  /** Editors write a file in several steps: it is read when nothing was told for so long. */
  readonly quietMs?: number
  readonly pollMs?: number
}

const DEFAULTS = { quietMs: 200, pollMs: 5000 }

const MAX_FILES = 200
const MAX_FILE_BYTES = 256 * 1024
const MAX_RULES = 2000

const RULE_FILE = /^[^.].*\.ya?ml$/

interface Known {
  /** What tells that it changed: inode, size, times. */
  readonly signature: string
  rules: readonly StoredRule[]
}

export class RuleFolder {
  private readonly options: RuleFolderOptions & typeof DEFAULTS
  private readonly files = new Map<string, Known>()
  private readonly told = new Map<string, string>()
  private readonly polling: NodeJS.Timeout
  private watcher: FSWatcher | undefined
  private quiet: NodeJS.Timeout | undefined

  /** Reads what is there at once. */
  constructor(options: RuleFolderOptions) {
    this.options = { ...DEFAULTS, ...options }
    this.watch()
    this.look()
    this.polling = setInterval(() => this.refresh(), this.options.pollMs)
    this.polling.unref()
  }

  /** By file name, each file's in its order. */
  get rules(): StoredRule[] {
    const sorted = [...this.files].sort(([a], [b]) => (a < b ? -1 : 1))
    return sorted.flatMap(([, { rules }]) => rules)
  }

  /** What is wrong now: path and message. */
  get problems(): ReadonlyMap<string, string> {
    return this.told
  }

  /** Looks now; tells when rules changed. */
  refresh(): void {
    this.watch()
    if (this.look()) this.options.onChange()
  }

  close(): void {
    clearInterval(this.polling)
    clearTimeout(this.quiet)
    this.watcher?.close()
  }

  private watch(): void {
    if (this.watcher !== undefined) return
    try {
      const watcher = watch(this.options.folder, { persistent: false }, () => this.wake())
      watcher.on('error', () => {
        watcher.close()
        if (this.watcher === watcher) this.watcher = undefined
      })
      this.watcher = watcher
    } catch {
      // Not there yet, or no watches left: polling finds what changes.
    }
  }

  private wake(): void {
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.refresh(), this.options.quietMs)
    this.quiet.unref()
  }

  /** True when there is something new. */
  private look(): boolean {
    const { folder } = this.options
    let names: string[]
    try {
      names = readdirSync(folder).filter((name) => RULE_FILE.test(name))
      this.good(folder)
    } catch (error) {
      // A folder that cannot be looked into says nothing of its files: the rules stay.
      this.wrong(folder, `cannot be read: ${(error as Error).message}; its rules stay as they were`)
      // A folder made anew is another one to the watcher.
      this.watcher?.close()
      this.watcher = undefined
      return false
    }
    if (names.length > MAX_FILES)
      this.wrong(folder, `holds ${names.length} rule files; the first ${MAX_FILES} are read`)
    const present = new Set(names.sort().slice(0, MAX_FILES))
    let changed = false
    for (const name of this.files.keys()) {
      if (present.has(name)) continue
      this.files.delete(name)
      this.good(join(folder, name))
      changed = true
    }
    for (const name of present) if (this.read(name)) changed = true
    return changed
  }

  private read(name: string): boolean {
    const path = join(this.options.folder, name)
    const known = this.files.get(name)
    const found = readBounded(path, known?.signature)
    if (found === undefined) return false
    const before = known?.rules ?? []
    const file = 'fault' in found ? found : readRuleFile(found.text)
    if (!('fault' in file)) {
      const rules = file.rules.map((settings): StoredRule => ({ settings, origin: 'folder', file: path }))
      const others = [...this.files].reduce((sum, [other, { rules }]) => sum + (other === name ? 0 : rules.length), 0)
      if (others + rules.length <= MAX_RULES) {
        this.files.set(name, { signature: found.signature, rules })
        this.good(path)
        return true
      }
    }
    const fault = 'fault' in file ? file.fault : `with it the folder has more than ${MAX_RULES} rules`
    const rest = before.length > 0 ? 'its last good version stays in force' : 'none of its rules is in force'
    // A whole file that had no room is read again with every look: others may make room.
    this.files.set(name, { signature: 'fault' in file ? found.signature : '', rules: before })
    this.wrong(path, `${fault} (${rest})`)
    return known === undefined
  }

  private wrong(path: string, message: string): void {
    if (this.told.get(path) === message) return
    this.told.set(path, message)
    this.options.onProblem(path, message)
  }

  private good(path: string): void {
    this.told.delete(path)
  }
}

type Found = { readonly signature: string } & ({ readonly text: string } | { readonly fault: string })

/** Undefined when it is as it was, or gone again. Links are followed: mounted configuration is made of them. */
function readBounded(path: string, before: string | undefined): Found | undefined {
  // Until it can be looked at: a link to itself, one into a folder that is closed.
  let signature = ''
  try {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
    if (stat === undefined) return undefined
    signature = `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
    if (signature === before) return undefined
    if (!stat.isFile()) return { signature, fault: 'is no file' }
    if (stat.size > MAX_FILE_BYTES) return { signature, fault: `is longer than ${MAX_FILE_BYTES} bytes` }
    return { signature, text: textOf(path) }
  } catch (error) {
    return { signature, fault: `cannot be read: ${(error as Error).message}` }
  }
}

function textOf(path: string): string {
  // A device behind a link must not be waited for.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}
