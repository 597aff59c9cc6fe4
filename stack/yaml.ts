/** An object → YAML with a comment above a key, by the key's path. */
import { Document, isMap, isScalar, type Node, type ParsedNode } from 'yaml'
import { GENERATED } from './facts.ts'

/** `why`: path of a key, joined by dots → the comment above it. Throws for a path that is not there. */
export function writeYaml(value: object, why: Readonly<Record<string, string>> = {}, about = ''): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  for (const [path, comment] of Object.entries(why)) keyAt(document, path).commentBefore = ` ${comment}`
  const head = [GENERATED, ...about.split('\n')].filter((line) => line !== '').map((line) => `# ${line}`)
  return `${head.join('\n')}\n${document.toString({ lineWidth: 0 })}`
}

function keyAt(document: Document<Node | ParsedNode>, path: string): Node {
  const names = path.split('.')
  const parent = names.length === 1 ? document.contents : document.getIn(names.slice(0, -1), true)
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && key.value === names[names.length - 1])
    : undefined
  if (pair === undefined) throw new Error(`no key to comment: ${path}`)
  return pair.key as Node
}
