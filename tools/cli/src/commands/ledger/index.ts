import { createDatabase, databaseAddress, databaseSettings, NothingToAcceptError } from '@ads-tracker/data'
import { kafkaSettings } from '@ads-tracker/kafka'
import { Type } from '@sinclair/typebox'
import { type Command, InvalidArgumentError } from 'commander'
import { withAdmin } from '../../admin.ts'
import { readConfig, withConnection } from '../../connection.ts'
import { wholeNumber } from '../parse-options.ts'
import { accept } from './accept.ts'
import { show } from './show.ts'

const Books = Type.Object(databaseSettings)
const BooksAndLog = Type.Object({ ...kafkaSettings, ...databaseSettings })

export function addLedger(program: Command): void {
  const ledger = program.command('ledger').description('the ledger of each partition')
  withConnection(ledger.command('show', { isDefault: true }))
    .description('prints the ledger; exit 1 when it does not balance')
    .action((_options, command: Command) => showBooks(command))
  withConnection(ledger.command('accept'))
    .description('starts a new ledger for a partition whose log does not continue it')
    .argument('<topic>')
    .argument('<partition>', 'its number', wholeNumber)
    .requiredOption('--reason <reason>', 'recorded in the ledger for later readers', reasonText)
    .option('--recreated', 'the topic was recreated and is already as long as the ledger', false)
    .action((topic: string, partition: number, options: AcceptOptions, command: Command) =>
      acceptLog(command, { topic, partition, reason: options.reason, recreated: options.recreated }),
    )
}

interface AcceptOptions {
  reason: string
  recreated: boolean
}

async function showBooks(command: Command): Promise<void> {
  const database = createDatabase({ ...databaseAddress(readConfig(Books, command)), name: 'ledger', max: 1 })
  try {
    if (!(await show(database, console.log))) process.exitCode = 1
  } finally {
    await database.close()
  }
}

async function acceptLog(
  command: Command,
  options: AcceptOptions & { topic: string; partition: number },
): Promise<void> {
  const config = readConfig(BooksAndLog, command)
  const database = createDatabase({ ...databaseAddress(config), name: 'ledger', max: 1 })
  try {
    await withAdmin(config, 'ledger', (admin) => accept({ database, admin, print: console.log, ...options }))
  } catch (error) {
    if (!(error instanceof NothingToAcceptError)) throw error
    console.error(error.message)
    process.exitCode = 1
  } finally {
    await database.close()
  }
}

function reasonText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.')
  return text.trim()
}
