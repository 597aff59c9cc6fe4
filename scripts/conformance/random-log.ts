/** Random selectors and pipelines of stages. */

import type { Dice } from '../dice.ts'
import type { StreamFacts } from './facts.ts'

export function selector({ labels }: StreamFacts, random: Dice): string {
  const names = Object.keys(labels)
  const first = names.includes('service') ? 'service' : names[0]!
  const matchers = [`${first}${random.chance(0.8) ? '=' : '=~'}${quote(labels[first]!)}`]
  if (random.chance(0.1)) return `{${first}=~".+"}`
  for (const name of names) {
    if (name === first || !random.chance(0.25)) continue
    const value = labels[name]!
    matchers.push(
      random.pick([
        `${name}=${quote(value)}`,
        `${name}!=${quote('nothing')}`,
        `${name}=~${quote(`${value.slice(0, 2)}.*`)}`,
        `${name}!~${quote('x.+')}`,
        `${name}=~${quote(`${value}|other`)}`,
      ]),
    )
  }
  return `{${matchers.join(', ')}}`
}

export function lineQuery(stream: StreamFacts, random: Dice): string {
  const filters = Array.from({ length: 1 + random.between(0, 3) }, () => lineFilter(stream, random))
  return `${selector(stream, random)} ${filters.join(' ')}`
}

/** A parser that fits the lines, or one that does not. */
export function parser(stream: StreamFacts, random: Dice): string {
  const fields = [...stream.fields.keys()]
  const field = fields.length === 0 ? 'a' : random.pick(fields)
  const json = ['| json', `| json x=${quote(field)}`, `| json ${field}, y=${quote(`nested.a.b`)}`, '| json']
  const logfmt = ['| logfmt', `| logfmt x=${quote(field)}`, '| logfmt --strict', '| logfmt --keep-empty', '| logfmt']
  const text = [
    '| pattern `<first> <second> <_>`',
    '| pattern `<ip> - - [<_>] "<method> <path> <_>" <status> <size> <_>`',
    '| regexp `(?P<word>[A-Za-z]+)[^0-9]*(?P<digits>[0-9]+)`',
    '| regexp "(?P<head>.{4})"',
  ]
  const fitting = stream.kind === 'json' ? json : stream.kind === 'logfmt' ? logfmt : text
  return random.chance(0.85) ? random.pick(fitting) : random.pick([...json, ...logfmt, ...text, '| unpack'])
}

export function logPipeline(stream: StreamFacts, random: Dice): string {
  const stages: string[] = []
  if (random.chance(0.3)) stages.push(lineFilter(stream, random))
  if (random.chance(0.85)) stages.push(parser(stream, random))
  for (let i = random.between(0, 3); i > 0; i--) stages.push(random.pick(STAGES)(stream, random))
  return `${selector(stream, random)} ${stages.join(' ')}`.trimEnd()
}

type Write = (stream: StreamFacts, random: Dice) => string

const STAGES: readonly Write[] = [
  labelFilter,
  labelFilter,
  labelFilter,
  lineFormat,
  labelFormat,
  (stream, random) => `| ${random.pick(['drop', 'keep'])} ${dropped(stream, random)}`,
  () => '| decolorize',
  lineFilter,
]

function lineFilter({ words, lines }: StreamFacts, random: Dice): string {
  const word = words.length === 0 ? 'a' : random.pick(words)
  const op = random.pick(['|=', '|=', '!=', '|~', '!~', '|>', '!>'])
  if (op === '|>' || op === '!>') return `${op} ${quote(`<_>${word}<_>`)}`
  const texts = op.endsWith('~')
    ? [
        escapeRegex(word),
        `(?i)${escapeRegex(word.toLowerCase())}`,
        `${escapeRegex(word.slice(0, 2))}.*[0-9]`,
        '[a-z]+_[a-z]+',
        '^\\S+$',
        '',
      ]
    : [word, word.slice(0, 3), random.pick(lines).slice(0, 12), '']
  const or = random.chance(0.2) ? ` or ${quote(words.length === 0 ? 'b' : random.pick(words))}` : ''
  return `${op} ${quote(random.pick(texts))}${or}`
}

function labelOf({ fields, metadata, labels }: StreamFacts, random: Dice): readonly [string, string] {
  const all = [...fields, ...metadata, ...Object.entries(labels).map(([name, value]) => [name, [value]] as const)]
  const [name, values] = random.pick(all)
  return [name, random.pick(values)]
}

export function labelFilter(stream: StreamFacts, random: Dice): string {
  const one = () => {
    const [name, value] = labelOf(stream, random)
    const number = Number(value)
    if (value !== '' && Number.isFinite(number) && random.chance(0.7)) {
      return `${name} ${random.pick(['>', '>=', '<', '<=', '==', '!='])} ${number}`
    }
    if (/^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(value) && random.chance(0.7))
      return `${name} ${random.pick(['>', '<='])} ${value}`
    if (/^\d+(?:B|KiB|MiB|KB|MB)$/.test(value) && random.chance(0.7))
      return `${name} ${random.pick(['>=', '<'])} ${value}`
    const regex = quote(`${escapeRegex(value.slice(0, 4))}.*`)
    return random.pick([
      `${name}=${quote(value)}`,
      `${name}!=${quote(value)}`,
      `${name}=~${regex}`,
      `${name}!~${regex}`,
      `${name}=""`,
    ])
  }
  if (random.chance(0.7)) return `| ${one()}`
  return `| ${random.pick([`${one()} and ${one()}`, `${one()} or ${one()}`, `(${one()} or ${one()}) and ${one()}`, `${one()}, ${one()}`])}`
}

function lineFormat(stream: StreamFacts, random: Dice): string {
  const [a] = labelOf(stream, random)
  const [b] = labelOf(stream, random)
  return `| line_format ${quote(
    random.pick([
      `{{.${a}}} {{.${b}}}`,
      `{{.${a} | upper}}-{{ .${b} | trunc 3 }}`,
      `{{ __line__ | len }} {{ .${a} | default "none" }}`,
      `{{ if eq .${a} "info" }}i{{ else }}{{ .${b} }}{{ end }}`,
      `{{ __timestamp__ | unixEpoch }} {{ .${a} | replace "e" "E" }}`,
      `{{ .${a} | substr 0 4 }}|{{ printf "%-8s" .${b} }}|`,
      `{{ regexReplaceAll "[0-9]+" __line__ "N" }}`,
      `{{ .${a} | int }} {{ add 1 (.${b} | int) }}`,
      `{{ range $key, $value := fromJson __line__ }}{{ $key }} {{ end }}`,
      `{{ if contains "a" .${a} }}{{ .${a} | repeat 2 }}{{ else }}{{ .${b} | title }}{{ end }}`,
      `{{ .${a} | b64enc }} {{ .${b} | hasPrefix "1" }} {{ count "e" __line__ }}`,
    ]),
  )}`
}

function labelFormat(stream: StreamFacts, random: Dice): string {
  const [a] = labelOf(stream, random)
  const [b] = labelOf(stream, random)
  return `| label_format ${random.pick([
    `renamed=${a}`,
    `made=${quote(`{{.${a}}}/{{.${b}}}`)}`,
    `made=${quote(`{{.${a} | lower | trim}}`)}, other=${b}`,
    `${a}=${quote(`x{{.${b}}}`)}`,
  ])}`
}

function dropped(stream: StreamFacts, random: Dice): string {
  const [a, value] = labelOf(stream, random)
  const [b] = labelOf(stream, random)
  return random.pick([
    a,
    `${a}, ${b}`,
    `${a}=${quote(value)}`,
    `${a}=~${quote(`${escapeRegex(value.slice(0, 2))}.*`)}`,
    '__error__',
  ])
}

export function quote(text: string): string {
  return JSON.stringify(text)
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
