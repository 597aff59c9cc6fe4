/** Passwords that command lines carry behind a short option: mysql -pX, sshpass -p X, docker login -p X, redis-cli -a X. */
import type { Span } from './card.ts'

/** Which program's option it is; `glued`: mysql -pX alone, its -p X asks for the password and X is a database. */
const OPTIONS: readonly { readonly flag: string; readonly glued: boolean; readonly programs: RegExp }[] = [
  {
    flag: '-p',
    glued: true,
    programs: command('mysql[a-z_]{0,12}|mariadb(?:-[a-z]{1,12})?|mydumper|xtrabackup|7za?|7zr'),
  },
  { flag: '-p', glued: false, programs: command('sshpass|mongo(?:sh|dump|restore|export|import|stat|top|files)?') },
  {
    flag: '-p',
    glued: false,
    programs:
      /(?:^|[^A-Za-z0-9_-])(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|oc|cf)["'\s,]{1,4}(?:registry["'\s,]{1,4})?login["'\s]/,
  },
  { flag: '-a', glued: false, programs: command('(?:redis|valkey|keydb)-cli') },
  { flag: '-w', glued: false, programs: command('ldap[a-z]{3,10}') },
  { flag: '-P', glued: false, programs: command('sqlcmd|osql|bcp|unzip|zip') },
]

/** The program's name as a word of its own, with or without a path before it. */
function command(names: string): RegExp {
  return new RegExp(`(?:^|[^A-Za-z0-9_-])(?:${names})(?:\\.exe)?["'\\s]`)
}

export const COMMAND_KEYWORDS = ['[ "\']-p', '[ "\']-a[ "\'=\\\\]', '[ "\']-w[ "\'=\\\\]', '[ "\']-P[ "\'=\\\\]']

/** How far before its option a program is looked for. */
const WINDOW = 200
const ARGUMENT = /[ "'](-[paPw])(\\{0,3}["'][ \t]?,[ \t]?\\{0,3}["']|[ =]\\{0,3}["']?|["']?)([^\s"'\\]{1,256})/y

/** What was looked at last: a text without any of the programs is not searched again at its next option. */
const seen = { text: '', hasProgram: false }

/** `at` is the blank or quote before the option. Also in lists of arguments: "sshpass", "-p", "X". */
export function commandPassword(text: string, at: number): Span | undefined {
  if (seen.text !== text) Object.assign(seen, { text, hasProgram: OPTIONS.some(({ programs }) => programs.test(text)) })
  if (!seen.hasProgram) return undefined
  ARGUMENT.lastIndex = at
  const match = ARGUMENT.exec(text)
  if (match === null || /^(?:[-$[<*]|%[A-Za-z])/.test(match[3])) return undefined
  const isGlued = match[2] === '' || match[2] === '"' || match[2] === "'"
  const before = text.slice(Math.max(0, at - WINDOW), at + 1)
  const own = before.slice(Math.max(...['\n', '|', ';', '&&'].map((mark) => before.lastIndexOf(mark))) + 1)
  const isPassword = OPTIONS.some(
    ({ flag, glued, programs }) => flag === match[1] && (isGlued || !glued) && programs.test(own),
  )
  const end = ARGUMENT.lastIndex
  return isPassword ? { start: end - match[3].length, end } : undefined
}
