import {
  type ApiKey,
  createApiKey,
  createDatabase,
  databaseAddress,
  databaseSettings,
  listApiKeys,
  revokeApiKey,
} from '@ads-tracker/data'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { readArguments } from './arguments.ts'

const Config = Type.Object(databaseSettings)

run(async () => {
  const command = readArguments(process.argv.slice(2))
  const database = createDatabase({ ...databaseAddress(loadConfig(Config, process.env)), name: 'api-keys', max: 1 })
  try {
    if (command.name === 'list') for (const key of await listApiKeys(database)) console.log(lineOf(key))
    else if (command.name === 'revoke') await revoke(command.id)
    else {
      const { id, key } = await createApiKey(database, { name: command.keyName, scopes: command.scopes })
      console.log(`key ${id}, which is shown only this once:`)
      console.log(key)
    }
  } finally {
    await database.close()
  }

  async function revoke(id: number): Promise<void> {
    const revoked = await revokeApiKey(database, id)
    console.log(revoked ? `key ${id} is revoked` : `there is no live key ${id}`)
    if (!revoked) process.exitCode = 1
  }
})

function lineOf({ id, name, scopes, created_at, revoked_at }: ApiKey): string {
  const revoked = revoked_at ? `  revoked ${revoked_at.toISOString()}` : ''
  return `${id}  ${name}  ${scopes.join(',')}  made ${created_at.toISOString()}${revoked}`
}
