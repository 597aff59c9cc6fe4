import type { Format } from './format.ts'
import { LEVEL, layout, readAfterTime } from './layout.ts'

const NAME = 'airflow'

/** Airflow 1 put the processor's pid behind the file as well: {file.py:12} PID:123 INFO - msg. */
const LAYOUTS = [
  layout(`\\] \\{([^{}:]{1,200}):(\\d{1,6})\\} (?:[A-Z]{1,20}:(\\d{1,10}) )?${LEVEL} - `, 'file line pid level', ']'),
]

/** "[2025-12-26T02:03:45.123+0000] {taskinstance.py:1157} INFO - msg". */
export const airflow: Format = {
  name: NAME,
  title: 'Apache Airflow (1 and 2)',
  starts: '\\[',
  parse(head, options) {
    const line = readAfterTime(NAME, LAYOUTS, head, options)
    // As with klog: no program is named, the file is the part that wrote it.
    const file = line?.fields.get('file')
    if (file !== undefined) line?.fields.set('logger', file)
    return line
  },
}
