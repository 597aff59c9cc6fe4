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
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
