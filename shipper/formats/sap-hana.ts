import { shaped } from './shaped.ts'

/** `[thread]{connection}[transaction/update] 2026-05-05 10:11:12.123456 e Component   File.cpp(00123) : text`. */
export const sapHana = shaped({
  name: 'sap_hana',
  title: 'SAP HANA trace',
  starts: '\\[',
  guard: (head) => head.indexOf(']{') > 0 && head.indexOf(']{') < 16,
  pattern:
    /^\[(\d{1,12})\]\{(-?\d{1,12})\}\[(-?\d{1,20}\/-?\d{1,20})\] (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6}) ([fewid]) (\S{1,60}) {1,40}([\w./-]{1,100})\((\d{1,7})\) : ?(.*)$/,
  columns: ['thread', 'connection', 'transaction', '@time', 'level', 'component', 'file', 'line#', 'message'],
})
