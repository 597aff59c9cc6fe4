/** A run of lines: where the clocks of streams start anew. One for what is logged now, one for each spool file. */
import { newProgress, type Progress } from '../../shipper/batch/builder.ts'

export function newRun(name: string): Progress {
  return newProgress({ id: 0, path: name, name }, 0)
}
