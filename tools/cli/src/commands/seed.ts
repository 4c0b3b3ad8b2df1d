import { seedAds } from '@ads-tracker/data'
import type { Command } from 'commander'
import { withConnection, withDatabase } from '../connection.ts'

export function addSeed(program: Command): void {
  withConnection(program.command('seed'))
    .description('makes ten sample ads with the ids 1 to 10; ads that exist stay as they are')
    .action((_options, command: Command) =>
      withDatabase(command, async (database) => console.log(`${await seedAds(database)} sample ads made`)),
    )
}
