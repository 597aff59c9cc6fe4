/** What every command's argument parsing shares. */
import { type Command, Help, type Option } from 'commander'
import { LongshipError } from '../errors.ts'

/** Parses argv; undefined when only help was asked for and has been printed. Wrong usage throws LongshipError. */
export function parseArguments<Options>(
  command: Command,
  argv: readonly string[],
): { readonly args: string[]; readonly options: Options } | undefined {
  command.name(`longship ${command.name()}`).configureHelp({ optionDescription: describeOption })
  command.exitOverride().configureOutput({ writeErr: () => {} })
  try {
    command.parse(argv as string[], { from: 'user' })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'commander.helpDisplayed' || code === 'commander.help') return undefined
    if (code?.startsWith('commander.')) {
      const text = message.replace(/^error: /, '').replaceAll('\n', ' ')
      throw new LongshipError('usage', `${text.replace(/\.$/, '')}. See "${command.name()} --help".`)
    }
    throw error
  }
  return { args: command.args, options: command.opts<Options & object>() as Options }
}

/** commander's, without the "(default: false)" that it says of every flag. */
function describeOption(option: Option): string {
  return option.defaultValue === false ? option.description : new Help().optionDescription(option)
}
