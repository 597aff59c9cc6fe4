/** What a template looks up in its data. */
import type { ArgNode, BodyNode, PipeNode } from './nodes.ts'

/** Loki's listNodeFields: it looks into branches and pipelines, not into chains. */
export function fieldsOf(nodes: readonly BodyNode[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case 'action':
        return fieldsOfPipe(node.pipe)
      case 'if':
      case 'with':
      case 'range':
        return [...fieldsOfPipe(node.pipe), ...fieldsOf(node.list), ...fieldsOf(node.otherwise ?? [])]
      default:
        return []
    }
  })
}

function fieldsOfPipe(pipe: PipeNode): string[] {
  return pipe.commands.flatMap(({ args }) => args.flatMap(fieldsOfArg))
}

function fieldsOfArg(arg: ArgNode): string[] {
  if (arg.kind === 'field') return [...arg.names]
  return arg.kind === 'pipe' ? fieldsOfPipe(arg) : []
}

/** {{.name}} alone: the field's name. */
export function onlyFieldOf([first, second]: readonly BodyNode[]): string | undefined {
  if (first?.kind !== 'action' || second !== undefined) return undefined
  const [command, next] = first.pipe.commands
  const field = command?.args[0]
  if (next !== undefined || command!.args.length !== 1 || field?.kind !== 'field') return undefined
  return field.names.length === 1 ? field.names[0] : undefined
}

/** Every name that can be looked up in the data; undefined where the data may be had as a whole, or dot be something else. */
export function lookupsOf(nodes: readonly BodyNode[]): string[] | undefined {
  return all(nodes, (node) => {
    switch (node.kind) {
      case 'action':
        return lookupsOfPipe(node.pipe)
      case 'if':
        return all([lookupsOfPipe(node.pipe), lookupsOf(node.list), lookupsOf(node.otherwise ?? [])], (names) => names)
      case 'with':
      case 'range':
      case 'template':
        return undefined
      default:
        return []
    }
  })
}

function lookupsOfPipe({ commands }: PipeNode): string[] | undefined {
  return all(commands, ({ args }) => all(args, lookupsOfArg))
}

function lookupsOfArg(arg: ArgNode): string[] | undefined {
  switch (arg.kind) {
    case 'dot':
      return undefined
    case 'variable':
      return arg.name === '$' ? undefined : []
    case 'field':
      return arg.names.slice(0, 1)
    case 'chain':
      return lookupsOfArg(arg.node)
    case 'pipe':
      return lookupsOfPipe(arg)
    default:
      return []
  }
}

/** The names of all items; undefined when one's are not known. */
function all<Item>(items: readonly Item[], namesOf: (item: Item) => string[] | undefined): string[] | undefined {
  const names: string[] = []
  for (const item of items) {
    const own = namesOf(item)
    if (own === undefined) return undefined
    names.push(...own)
  }
  return names
}
