import {
  createDatabase,
  databaseAddress,
  databaseSettings,
  rawCompleteFrom,
  rebuildRollups,
  verifyRollups,
} from '@ads-tracker/data'
import { ConfigError, loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { readClosedRange } from './arguments.ts'
import { report } from './report.ts'

const Config = Type.Object(databaseSettings)

run(async () => {
  const range = readClosedRange(process.argv.slice(2))
  const address = databaseAddress(loadConfig(Config, process.env))
  const database = createDatabase({ ...address, name: 'rebuild', max: 1, statementTimeoutMs: 0 })
  try {
    const complete = await rawCompleteFrom(database)
    if (complete && range.from < complete)
      throw new ConfigError([`--from: raw events are complete only from ${complete.toISOString()} on`])
    console.log(`${await rebuildRollups(database, range)} minutes made again`)
    const verification = await verifyRollups(database, range)
    for (const line of report(verification)) console.log(line)
    if (verification.differences.length > 0) process.exitCode = 1
  } finally {
    await database.close()
  }
})
