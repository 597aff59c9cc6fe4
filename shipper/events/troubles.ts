/** What goes wrong with the log's folder: told once each, until it was well again. */

export type Trouble = 'write' | 'sync' | 'delete' | 'read' | 'source' | 'listener'

export class Troubles {
  private readonly told = new Set<Trouble>()
  private readonly tell: (message: string) => void

  constructor(tell: (message: string) => void) {
    this.tell = tell
  }

  is(what: Trouble, message: string): void {
    if (this.told.has(what)) return
    this.told.add(what)
    this.tell(message)
  }

  isOver(what: Trouble): void {
    this.told.delete(what)
  }
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/** Why an event was refused. */
export function refusalOf(error: unknown): 'disk_full' | 'disk_failed' {
  return FULL.has(codeOf(error)) ? 'disk_full' : 'disk_failed'
}

export function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
}
