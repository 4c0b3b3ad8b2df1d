import { createDatabase, databaseAddress, databaseSettings } from '@ads-tracker/data'
import { createKafka, createProducer, kafkaSettings } from '@ads-tracker/kafka'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { readArguments } from './arguments.ts'
import { list } from './list.ts'
import { replay } from './replay.ts'
import { show } from './show.ts'

const Config = Type.Object({ ...kafkaSettings, ...databaseSettings })

run(async () => {
  const command = readArguments(process.argv.slice(2))
  const config = loadConfig(Config, process.env)
  const database = createDatabase({ ...databaseAddress(config), name: 'dead-letters', max: 1 })
  const print = (line: string) => console.log(line)
  try {
    if (command.name === 'list') await list({ database, print, ...command })
    else if (command.name === 'show') await show({ database, print, position: command.position })
    else {
      const kafka = () =>
        createKafka(config, 'dead-letters', (level, message) => level === 'error' && console.error(message))
      const producer = createProducer({ kafka, deadlineMs: 10_000 })
      await replay({ database, publish: producer.publish, print, ...command }).finally(producer.close)
    }
  } finally {
    await database.close()
  }
})
