import { createDatabase, databaseAddress, databaseSettings, seedAds } from '@ads-tracker/data'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../connection.ts'

const Config = Type.Object(databaseSettings)

export function addSeed(program: Command): void {
  withConnection(program.command('seed'))
    .description('creates ten sample ads with the ids 1 to 10; existing ads are not changed')
    .action((_options, command: Command) => run(command))
}

async function run(command: Command): Promise<void> {
  const database = createDatabase({ ...databaseAddress(readConfig(Config, command)), name: 'seed', max: 1 })
  try {
    console.log(`${await seedAds(database)} sample ads created`)
  } finally {
    await database.close()
  }
}
