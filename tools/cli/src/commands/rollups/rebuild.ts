import {
  createDatabase,
  databaseAddress,
  databaseSettings,
  rawCompleteFrom,
  rebuildRollups,
  verifyRollups,
} from '@ads-tracker/data'
import { ConfigError } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../../connection.ts'
import { checkRange, type Range, withRange } from './range.ts'
import { report } from './report.ts'

const Config = Type.Object(databaseSettings)

export function addRebuild(program: Command): void {
  withConnection(withRange(program.command('rebuild'), { required: true }))
    .description('computes the rollups of a period from raw events again, and verifies them')
    .action(({ from, to }: Required<Range>, command: Command) => run(checkRange({ from, to }), command))
}

async function run(range: Required<Range>, command: Command): Promise<void> {
  const address = databaseAddress(readConfig(Config, command))
  const database = createDatabase({ ...address, name: 'rebuild', max: 1, statementTimeoutMs: 0 })
  try {
    const complete = await rawCompleteFrom(database)
    if (complete && range.from < complete)
      throw new ConfigError([`--from: raw events are complete only from ${complete.toISOString()} on`])
    console.log(`${await rebuildRollups(database, range)} minutes computed again`)
    const verification = await verifyRollups(database, range)
    for (const line of report(verification)) console.log(line)
    if (verification.differences.length > 0) process.exitCode = 1
  } finally {
    await database.close()
  }
}
