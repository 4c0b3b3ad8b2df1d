import { seedAds } from '@ads-tracker/data'
import type { Command } from 'commander'
import { withConnection, withDatabase } from '../connection.ts'

export function addSeed(program: Command): void {
  withConnection(program.command('seed'))
    .description('creates ten sample ads with the ids 1 to 10; existing ads are not changed')
    .action((_options, command: Command) =>
      withDatabase(command, async (database) => console.log(`${await seedAds(database)} sample ads created`)),
    )
}
