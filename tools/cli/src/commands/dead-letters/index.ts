import { type Database, databaseSettings, type Position } from '@ads-tracker/data'
import { createKafka, createProducer, kafkaSettings } from '@ads-tracker/kafka'
import { type Static, Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { withConnection, withDatabase } from '../../connection.ts'
import { wholeNumber } from '../parse-options.ts'
import { type FilterOptions, toFilter, toPosition, withFilter } from './filter.ts'
import { list } from './list.ts'
import { replay } from './replay.ts'
import { show } from './show.ts'

const schema = Type.Object({ ...kafkaSettings, ...databaseSettings })
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
      withDatabase(command, (database) =>
        list({ database, print, limit: options.limit, filter: { ...toFilter(options), pending: !options.all } }),
      ),
    )
  withConnection(letters.command('show'))
    .description('prints one dead letter with its bytes')
    .argument('<position>', 'TOPIC/PARTITION/OFFSET, as list prints it', toPosition)
    .action((position: Position, _options, command: Command) =>
      withDatabase(command, (database) => show({ database, print, position })),
    )
  withConnection(withFilter(letters.command('replay')))
    .description('sends dead letters through Kafka again')
    .option('--dry-run', 'prints what it would send', false)
    .action(replayAll)
}

async function replayAll(options: FilterOptions & { dryRun: boolean }, command: Command): Promise<void> {
  const { dryRun } = options
  const filter = { ...toFilter(options), pending: true }
  const log = (level: string, message: string) => level === 'error' && console.error(message)
  const replayOn = async (database: Database, config: Static<typeof schema>) => {
    const producer = createProducer({ kafka: () => createKafka(config, 'dead-letters', log), deadlineMs: 10_000 })
    await replay({ database, publish: producer.publish, print, filter, dryRun }).finally(producer.close)
  }
  await withDatabase(command, replayOn, { schema })
}
