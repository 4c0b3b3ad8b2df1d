import {
  type ApiKey,
  createApiKey,
  type Database,
  listApiKeys,
  revokeApiKey,
  type Scope,
  scopes,
} from '@ads-tracker/data'
import { type Command, InvalidArgumentError } from 'commander'
import { withConnection, withDatabase } from '../connection.ts'
import { wholeNumber } from './parse-options.ts'

export function addApiKeys(program: Command): void {
  const keys = program.command('api-keys').description('manages API keys')
  withConnection(keys.command('create'))
    .description('creates a key and prints it as the last line; only its digest is stored')
    .requiredOption('--name <name>', 'who will use it, at most 100 characters', keyName)
    .option('--scopes <list>', `some of ${scopes.join(',')}`, scopeList, [...scopes])
    .action((options: { name: string; scopes: Scope[] }, command: Command) =>
      withDatabase(command, (database) => create(database, options)),
    )
  withConnection(keys.command('list'))
    .description('lists the keys without their values')
    .action((_options, command: Command) =>
      withDatabase(command, async (database) => {
        for (const key of await listApiKeys(database)) console.log(lineOf(key))
      }),
    )
  withConnection(keys.command('revoke'))
    .description('revokes a key immediately; exit 1 when there is no such valid key')
    .argument('<id>', 'the ID of a key, as list prints it', wholeNumber)
    .action((id: number, _options, command: Command) => withDatabase(command, (database) => revoke(database, id)))
}

async function create(database: Database, options: { name: string; scopes: Scope[] }): Promise<void> {
  const { id, key } = await createApiKey(database, options)
  console.log(`key ${id}, which is shown only once:`)
  console.log(key)
}

async function revoke(database: Database, id: number): Promise<void> {
  const revoked = await revokeApiKey(database, id)
  console.log(revoked ? `key ${id} is revoked` : `there is no valid key ${id}`)
  if (!revoked) process.exitCode = 1
}

function keyName(name: string): string {
  if (name.length === 0 || name.length > 100) throw new InvalidArgumentError('It must have 1 to 100 characters.')
  return name
}

function scopeList(list: string): Scope[] {
  return list.split(',').map((text) => {
    const found = scopes.find((each) => each === text.trim())
    if (found === undefined)
      throw new InvalidArgumentError(`there is no scope ${text.trim() || '(empty)'}: take some of ${scopes.join(', ')}`)
    return found
  })
}

function lineOf({ id, name, scopes, created_at, revoked_at }: ApiKey): string {
  const revoked = revoked_at ? `  revoked ${revoked_at.toISOString()}` : ''
  return `${id}  ${name}  ${scopes.join(',')}  made ${created_at.toISOString()}${revoked}`
}
