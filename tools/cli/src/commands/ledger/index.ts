import { type Database, databaseSettings, NothingToAcceptError } from '@ads-tracker/data'
import { kafkaSettings } from '@ads-tracker/kafka'
import { type Static, Type } from '@sinclair/typebox'
import { type Command, InvalidArgumentError } from 'commander'
import { withAdmin } from '../../admin.ts'
import { withConnection, withDatabase } from '../../connection.ts'
import { wholeNumber } from '../parse-options.ts'
import { accept } from './accept.ts'
import { show } from './show.ts'

const schema = Type.Object({ ...kafkaSettings, ...databaseSettings })

export function addLedger(program: Command): void {
  const ledger = program.command('ledger').description('the ledger of each partition')
  withConnection(ledger.command('show', { isDefault: true }))
    .description('prints the ledger; exit 1 when it does not balance')
    .action((_options, command: Command) =>
      withDatabase(command, async (database) => {
        if (!(await show(database, console.log))) process.exitCode = 1
      }),
    )
  withConnection(ledger.command('accept'))
    .description('starts a new ledger for a partition whose log does not continue it')
    .argument('<topic>')
    .argument('<partition>', 'its number', wholeNumber)
    .requiredOption('--reason <reason>', 'recorded in the ledger for later readers', reasonText)
    .option('--recreated', 'the topic was recreated and is already as long as the ledger', false)
    .action(acceptLog)
}

interface AcceptOptions {
  reason: string
  recreated: boolean
}

async function acceptLog(topic: string, partition: number, options: AcceptOptions, command: Command): Promise<void> {
  const { reason, recreated } = options
  const acceptOn = (database: Database, config: Static<typeof schema>) =>
    withAdmin(config, 'ledger', (admin) =>
      accept({ database, admin, print: console.log, topic, partition, reason, recreated }),
    )
  await withDatabase(command, acceptOn, { schema }).catch((error: unknown) => {
    if (!(error instanceof NothingToAcceptError)) throw error
    console.error(error.message)
    process.exitCode = 1
  })
}

function reasonText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.')
  return text.trim()
}
