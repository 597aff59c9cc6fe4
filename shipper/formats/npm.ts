import { shaped } from './shaped.ts'

/**
 * npmlog: `npm ERR! code ENOENT`, `gyp WARN download …`, `lerna info versioning independent`, the same without a heading, and
 * `12 silly fetch manifest x` of npm's debug logs.
 */
export const npm = shaped({
  name: 'npm',
  title: 'npm, node-gyp, lerna (npmlog)',
  starts: 'nglvsihEWt0-9',
  guard: (head) => GUARD.test(head),
  pattern:
    /^(?:(npm|gyp|lerna|verdaccio|node-pre-gyp) |\d{1,6} )?(ERR!|WARN|warn|error|info|http|notice|timing|verb|verbose|sill|silly)(?: ([A-Za-z@][\w./:@-]{0,60}))?(?: (.*))?$/,
  columns: ['service', 'level', 'node', 'message'],
  finish(fields, match) {
    const level = match[2] as string
    if (level === 'timing' || level === 'http') fields.set('level', 'debug')
    if (match[4] !== undefined && level !== 'notice') return
    // A single word is the message, and notices are sentences.
    fields.set('message', [match[3], match[4]].filter((part) => part !== undefined).join(' '))
    fields.delete('node')
  },
})

const GUARD =
  /^(?:(?:npm|gyp|lerna|verdaccio|node-pre-gyp) (?:ERR!|WARN|warn|error|info|http|notice|timing|verb|verbose|sill|silly) |\d{1,6} (?:silly|verbose|info|http|timing|notice|warn|error) [a-z]|(?:ERR!|verb|sill|silly) [A-Za-z]|http (?:fetch|request|cache|GET|\d{3}) |(?:info|notice) [A-Za-z][\w.:-]{0,40} [A-Za-z@])/
