import { createDatabase, databaseAddress, databaseSettings, verifyRollups } from '@ads-tracker/data'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { readRange } from './arguments.ts'
import { report } from './report.ts'

const Config = Type.Object(databaseSettings)

run(async () => {
  const range = readRange(process.argv.slice(2))
  const address = databaseAddress(loadConfig(Config, process.env))
  const database = createDatabase({ ...address, name: 'verify', max: 1, statementTimeoutMs: 0 })
  try {
    const verification = await verifyRollups(database, range)
    for (const line of report(verification)) console.log(line)
    if (verification.differences.length > 0) process.exitCode = 1
  } finally {
    await database.close()
  }
})
