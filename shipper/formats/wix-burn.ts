import { shaped } from './shaped.ts'

/** `[0A1C:1B2C][2026-05-05T10:11:12]i001: text`: bundles made with the WiX Toolset (Visual Studio, .NET and SQL Server installers). */
export const wixBurn = shaped({
  name: 'wix_burn',
  title: 'WiX Burn (Windows installer bundles)',
  starts: '\\[',
  guard: (head) => head.charCodeAt(5) === 0x3a && head.startsWith('][', 10),
  pattern: /^\[([\dA-F]{4}):([\dA-F]{4})\]\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\]([eiw])(\d{3}): (.*)$/,
  columns: ['process', 'thread', '@time', 'level', 'event_id#', 'message'],
})
