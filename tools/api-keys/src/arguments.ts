import { parseArgs } from 'node:util'
import { type Scope, scopes } from '@ads-tracker/data'
import { UsageError } from '@ads-tracker/service-kit'

export type Command =
  { name: 'create'; keyName: string; scopes: Scope[] } | { name: 'list' } | { name: 'revoke'; id: number }

const usage = `npm run api-keys -- create --name NAME [--scopes ${scopes.join(',')}]   prints a new key, once
npm run api-keys -- list                       the keys, without what they are
npm run api-keys -- revoke ID                  from now on it opens nothing`

/** @throws UsageError */
export function readArguments(args: string[]): Command {
  const { values, positionals } = parse(args)
  const [name, id = ''] = positionals
  if (name === 'list') return { name }
  if (name === 'create')
    return { name, keyName: keyName(values.name), scopes: (values.scopes ?? scopes.join(',')).split(',').map(scope) }
  if (name === 'revoke' && /^\d{1,9}$/.test(id)) return { name, id: Number(id) }
  if (name === 'revoke') throw wrong('revoke needs the ID of a key, as list prints it')
  throw wrong(name === undefined ? 'a command is missing' : `there is no command ${name}`)
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { name: { type: 'string' }, scopes: { type: 'string' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function keyName(name = ''): string {
  if (name.length === 0 || name.length > 100)
    throw wrong('create needs --name NAME, of at most 100 characters: who will use it')
  return name
}

function scope(text: string): Scope {
  const found = scopes.find((each) => each === text.trim())
  if (found === undefined)
    throw wrong(`there is no scope ${text.trim() || '(empty)'}: take some of ${scopes.join(', ')}`)
  return found
}

function wrong(reason: string): UsageError {
  return new UsageError(reason, usage)
}
