import { shaped } from './shaped.ts'

/**
 * Three layouts of one cluster stack: corosync's `May 05 10:11:12 [1234] node1 corosync notice  [TOTEM ] text`, the same
 * of Pacemaker 1 with `crmd:     info: function: text`, and Pacemaker 2's `node1 pacemakerd    [1234] (function)  info: text`.
 */
export const pacemaker = shaped({
  name: 'pacemaker',
  title: 'Pacemaker, corosync',
  starts: 'JFMASOND',
  guard: (head) => head.charCodeAt(3) === 0x20 && head.slice(16, 120).includes('['),
  pattern: new RegExp(
    `^([A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?) (?:${[
      String.raw`\[(\d{1,10})\] ([\w.-]{1,80}) +([a-z][\w-]{1,40}) (emerg|alert|crit|error|warning|notice|info|debug|trace) +(?:\[([A-Z]{1,12}) *\] )?`,
      String.raw`\[(\d{1,10})\]:? ([\w.-]{1,80}) +([a-z][\w-]{1,40}): +(emerg|alert|crit|error|warning|notice|info|debug|trace): (?:([A-Za-z_]\w{1,80}):[ \t]+)?`,
      String.raw`([\w.-]{1,80}) (pacemaker[\w-]{1,30}|stonith_admin|crm_\w{1,30}|cibadmin|attrd_updater) *\[(\d{1,10})\] \(([\w:@./-]{1,100})\)[ \t]+(emerg|alert|crit|error|warning|notice|info|debug|trace): `,
    ].join('|')})(.*)$`,
  ),
  columns: [
    '@time',
    'pid#',
    'host',
    'service',
    'level',
    'logger',
    'pid#',
    'host',
    'service',
    'level',
    'function',
    'host',
    'service',
    'pid#',
    'function',
    'level',
    'message',
  ],
})
