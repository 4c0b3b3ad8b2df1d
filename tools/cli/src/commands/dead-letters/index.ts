import {
  createDatabase,
  type Database,
  databaseAddress,
  databaseSettings,
  type DatabaseSettings,
  type Position,
} from '@ads-tracker/data'
import { createKafka, createProducer, kafkaSettings } from '@ads-tracker/kafka'
import { type Static, Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../../connection.ts'
import { wholeNumber } from '../parse-options.ts'
import { type FilterOptions, toFilter, toPosition, withFilter } from './filter.ts'
import { list } from './list.ts'
import { replay } from './replay.ts'
import { show } from './show.ts'

const Store = Type.Object(databaseSettings)
const StoreAndLog = Type.Object({ ...kafkaSettings, ...databaseSettings })
const print = (line: string) => console.log(line)

export function addDeadLetters(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('lists, shows and replays events that could not be counted')
  withConnection(withFilter(letters.command('list')))
    .description('lists dead letters that were not replayed')
    .option('--all', 'includes those that were replayed', false)
    .option('--limit <number>', 'maximum number of lines', wholeNumber, 100)
    .action((options: FilterOptions & { all: boolean; limit: number }, command: Command) =>
      withDatabase(readConfig(Store, command), (database) =>
        list({ database, print, limit: options.limit, filter: { ...toFilter(options), pending: !options.all } }),
      ),
    )
  withConnection(letters.command('show'))
    .description('prints one dead letter with its bytes')
    .argument('<position>', 'TOPIC/PARTITION/OFFSET, as list prints it', toPosition)
    .action((position: Position, _options, command: Command) =>
      withDatabase(readConfig(Store, command), (database) => show({ database, print, position })),
    )
  withConnection(withFilter(letters.command('replay')))
    .description('sends dead letters through Kafka again')
    .option('--dry-run', 'prints what it would send', false)
    .action((options: FilterOptions & { dryRun: boolean }, command: Command) =>
      replayWith(readConfig(StoreAndLog, command), options),
    )
}

async function withDatabase(config: DatabaseSettings, work: (database: Database) => Promise<unknown>): Promise<void> {
  const database = createDatabase({ ...databaseAddress(config), name: 'dead-letters', max: 1 })
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

async function replayWith(config: Static<typeof StoreAndLog>, options: FilterOptions & { dryRun: boolean }) {
  await withDatabase(config, async (database) => {
    const kafka = () =>
      createKafka(config, 'dead-letters', (level, message) => level === 'error' && console.error(message))
    const producer = createProducer({ kafka, deadlineMs: 10_000 })
    const filter = { ...toFilter(options), pending: true }
    await replay({ database, publish: producer.publish, print, filter, dryRun: options.dryRun }).finally(producer.close)
  })
}
