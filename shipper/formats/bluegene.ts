import { shaped } from './shaped.ts'

/**
 * IBM Blue Gene's RAS log: label, epoch, date, location, local time, location, type, component, severity, text.
 * The epoch is the time, for it has a zone; the local time lends it its microseconds.
 */
export const bluegene = shaped({
  name: 'bluegene',
  title: 'Blue Gene RAS log',
  starts: '\\-A-Z',
  guard: (head) => START.test(head),
  pattern:
    /^([A-Z]+|-) (\d{9,10} \d{4}\.\d\d\.\d\d \S{1,64} \d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d{6}) (\S{1,64}) (\S+) (\S+) (INFO|WARNING|ERROR|SEVERE|FATAL|FAILURE|DEBUG) ?(.*)$/,
  columns: ['alert', '@time', 'host', 'record_type', 'component', 'level', 'message'],
  time: (raw) => `${raw.slice(0, raw.indexOf(' '))}.${raw.slice(-6)}`,
})

const START = /^(?:-|[A-Z]{1,20}) \d{9,10} \d{4}\.\d\d\.\d\d \S{1,64} \d{4}-/
