import { ConfigError, UsageError } from '@ads-tracker/service-kit'
import { Command, CommanderError } from 'commander'
import { addApiKeys } from './commands/api-keys.ts'
import { addDeadLetters } from './commands/dead-letters/index.ts'
import { addDiskMetrics } from './commands/disk-metrics.ts'
import { addLedger } from './commands/ledger/index.ts'
import { addMigrate } from './commands/migrate.ts'
import { addRollups } from './commands/rollups/index.ts'
import { addSeed } from './commands/seed.ts'
import { addTopics } from './commands/topics/index.ts'
import { unreachable } from './unreachable.ts'

/** All jobs. A new one is a file in `commands` and a line here. */
export function createProgram(): Command {
  const program = new Command('cli')
    .description('The jobs of the ads tracker. From the workspace: npm run COMMAND -- ARGUMENTS')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpCommand(false)
  addMigrate(program)
  addTopics(program)
  addSeed(program)
  addApiKeys(program)
  addLedger(program)
  addRollups(program)
  addDeadLetters(program)
  addDiskMetrics(program)
  return program
}

/**
 * Runs the command that the arguments name. Help is printed and nothing is done.
 * @throws UsageError when an argument is missing, unknown or wrong
 * @throws ConfigError when a variable is
 */
export async function parse(args: string[], program = createProgram()): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return refuse(error, commandOf(args, program))
    const line = error instanceof ConfigError ? undefined : unreachable(error)
    if (line === undefined) throw error
    console.error(line)
    process.exitCode = 1
  }
}

function refuse({ code, exitCode, message }: CommanderError, command: Command): void {
  if (exitCode === 0) return
  const reason = code === 'commander.help' ? 'error: a command is missing' : message
  throw new UsageError(reason, command.helpInformation().replace(/^Usage: /, ''))
}

function commandOf(args: string[], program: Command): Command {
  const child = program.commands.find((command) => command.name() === args[0])
  return child ? commandOf(args.slice(1), child) : program
}
