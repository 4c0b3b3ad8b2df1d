import { run, serve } from '@ads-tracker/service-kit'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'

run(async () => {
  const config = readConfig(process.env)
  await serve(await buildApp(config), config)
})
