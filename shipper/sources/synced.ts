/** Files that are on the disk when a promise says so. */
import { open } from 'node:fs/promises'

/** Readable by its owner only. Rejects with what the file system says. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename last. Not every file system lets a directory be opened (Windows); the rename is atomic anyway. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined)
  await directory?.sync().catch(() => {})
  await directory?.close()
}
