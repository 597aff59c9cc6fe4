/**
 * Frames of a browser → a stack trace; through source maps of local files where there are some. A map belongs to a
 * bundle by its name, <folder>/<release>/<bundle>.map before <folder>/<bundle>.map: nothing is ever downloaded.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import type { Frame, StackText } from './payload.ts'

/** Parsed maps take ten times their file's size: few are kept, and huge ones are not read. */
const MAX_MAPS = 20
const MAX_MAP_BYTES = 32 * 1024 * 1024

/** `folder`: of source maps; undefined: frames stay as they came. */
export function stackTexts(folder: string | undefined): StackText {
  const maps = folder === undefined ? undefined : new SourceMaps(folder)
  return (head, frames, release) =>
    [head, ...frames.map((frame) => frameText(maps?.original(frame, release) ?? frame))].join('\n')
}

function frameText({ function: name, filename, line, column }: Frame): string {
  const place = [filename || '<anonymous>', line, column].filter((part) => part !== undefined).join(':')
  return `    at ${name} (${place})`.replace(/[\r\n]/g, ' ')
}

class SourceMaps {
  readonly #folder: string
  /** By path; null: there is none. The least recently used goes first. */
  readonly #maps = new Map<string, TraceMap | null>()

  constructor(folder: string) {
    this.#folder = folder
  }

  original(frame: Frame, release: string | undefined): Frame | undefined {
    const bundle = fileName(frame.filename)
    if (bundle === undefined || frame.line === undefined || frame.column === undefined) return undefined
    const map = this.#mapOf(bundle, release)
    if (map === undefined || frame.line < 1) return undefined
    // Browsers count columns from 1, source maps from 0.
    const found = originalPositionFor(map, { line: frame.line, column: Math.max(0, frame.column - 1) })
    if (found.source === null) return undefined
    return {
      filename: found.source,
      function: found.name ?? frame.function,
      line: found.line,
      column: found.column + 1,
    }
  }

  #mapOf(bundle: string, release: string | undefined): TraceMap | undefined {
    const folder = release === undefined ? undefined : fileName(release)
    const paths = [...(folder === undefined ? [] : [join(folder, `${bundle}.map`)]), `${bundle}.map`]
    for (const path of paths) {
      const map = this.#read(path)
      if (map !== undefined) return map
    }
    return undefined
  }

  #read(path: string): TraceMap | undefined {
    const known = this.#maps.get(path)
    this.#maps.delete(path)
    const map = known === undefined ? load(join(this.#folder, path)) : known
    this.#maps.set(path, map)
    // Names come from strangers: those without a map are forgotten as well.
    if (this.#maps.size > MAX_MAPS) this.#maps.delete(this.#maps.keys().next().value!)
    return map ?? undefined
  }
}

function load(path: string): TraceMap | null {
  try {
    return statSync(path).size > MAX_MAP_BYTES ? null : new TraceMap(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** The last part of a URL or name, when it is a plain file name. */
function fileName(url: string): string | undefined {
  const name =
    url
      .replace(/[?#].*$/s, '')
      .split('/')
      .at(-1) ?? ''
  return /^(?!\.{1,2}$)[\w.@+-]{1,120}$/.test(name) ? name : undefined
}
