/** What every command's argument parsing shares. */
import type { Command } from 'commander'
import { LongshipError } from '../errors.ts'

/** Parses argv; undefined when only help was asked for and has been printed. Wrong usage throws LongshipError. */
export function parseArguments<Options>(
  command: Command,
  argv: readonly string[],
): { readonly args: string[]; readonly options: Options } | undefined {
  command.exitOverride().configureOutput({ writeErr: () => {} })
  try {
    command.parse(argv as string[], { from: 'user' })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'commander.helpDisplayed' || code === 'commander.help') return undefined
    if (code?.startsWith('commander.')) {
      const text = message.replace(/^error: /, '')
      throw new LongshipError('usage', `${text}. See "longship ${command.name()} --help".`)
    }
    throw error
  }
  return { args: command.args, options: command.opts<Options & object>() as Options }
}
