import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'erlang'
const LEVEL = '(debug|info|notice|warning|error|critical|alert|emergency)'

const LAYOUTS = [
  layout(` \\[${LEVEL}\\] <(\\d{1,9}\\.\\d{1,9}\\.\\d{1,9})> `, 'level process', '['),
  // lager: [info] <0.1.0>@module:function:12 msg, [info] <0.1.0>@module msg
  layout(
    ` \\[${LEVEL}\\] (?:\\w{1,100}@\\S{1,100} )?<(\\d{1,9}\\.\\d{1,9}\\.\\d{1,9})>@([\\w.]{1,100})(?::([\\w/]{1,100}):(\\d{1,6}))? `,
    'level process logger function line',
    '[',
  ),
]

/** Erlang's logger and lager as RabbitMQ, CouchDB and EMQX set them: "2025-… [info] <0.123.0> msg". */
export const erlang: Format = {
  name: NAME,
  title: 'Erlang (RabbitMQ, lager)',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
