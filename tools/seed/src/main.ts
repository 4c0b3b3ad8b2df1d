import { createDatabase, databaseAddress, databaseSettings, seedAds } from '@ads-tracker/data'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'

const Config = Type.Object(databaseSettings)

run(async () => {
  const database = createDatabase({ ...databaseAddress(loadConfig(Config, process.env)), name: 'seed', max: 1 })
  try {
    console.log(`${await seedAds(database)} sample ads made`)
  } finally {
    await database.close()
  }
})
