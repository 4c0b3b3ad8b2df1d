import { createDatabase, databaseAddress, databaseSettings, verifyRollups } from '@ads-tracker/data'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../../connection.ts'
import { checkRange, type Range, withRange } from './range.ts'
import { report } from './report.ts'

const Config = Type.Object(databaseSettings)

export function addVerify(program: Command): void {
  withConnection(withRange(program.command('verify'), { required: false }))
    .description('compares rollups with raw events; exit 1 when they differ')
    .action(({ from, to }: Range, command: Command) => run(checkRange({ from, to }), command))
}

async function run(range: Range, command: Command): Promise<void> {
  const address = databaseAddress(readConfig(Config, command))
  const database = createDatabase({ ...address, name: 'verify', max: 1, statementTimeoutMs: 0 })
  try {
    const verification = await verifyRollups(database, range)
    for (const line of report(verification)) console.log(line)
    if (verification.differences.length > 0) process.exitCode = 1
  } finally {
    await database.close()
  }
}
