import { createDatabase, databaseAddress, databaseSettings, NothingToAcceptError } from '@ads-tracker/data'
import { createAdmin, createKafka, kafkaSettings } from '@ads-tracker/kafka'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { accept } from './accept.ts'
import { readArguments } from './arguments.ts'
import { show } from './show.ts'

const Config = Type.Object({ ...kafkaSettings, ...databaseSettings })

run(async () => {
  const command = readArguments(process.argv.slice(2))
  const config = loadConfig(Config, process.env)
  const database = createDatabase({ ...databaseAddress(config), name: 'ledger', max: 1 })
  const admin = createAdmin(
    createKafka(config, 'ledger', (level, message) => level === 'error' && console.error(message)),
  )
  try {
    if (command.name === 'accept') await accept({ database, admin, print: console.log, ...command })
    else if (!(await show(database, console.log))) process.exitCode = 1
  } catch (error) {
    if (!(error instanceof NothingToAcceptError)) throw error
    console.error(error.message)
    process.exitCode = 1
  } finally {
    await Promise.all([database.close(), admin.close()])
  }
})
