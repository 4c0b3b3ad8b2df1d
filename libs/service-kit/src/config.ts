import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { FormatRegistry, type Static, type StringOptions, type TObject, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

type Environment = Record<string, string | undefined>

/** The configuration is invalid; `problems` has one line for each bad variable, without its value. */
export class ConfigError extends Error {
  readonly code = 'bad_configuration'
  readonly problems: string[]

  constructor(problems: string[]) {
    super(`bad configuration:\n${problems.map((line) => `  ${line}`).join('\n')}`)
    this.problems = problems
  }
}

FormatRegistry.Set('cidr-list', (value) => addresses(value).every(isNetwork))

/** The variables of every service, to spread into its own schema. */
export function serviceSettings(port: number) {
  return {
    HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on' }),
    PORT: Type.Integer({
      default: port,
      minimum: 0,
      maximum: 65535,
      description: 'Port to listen on; 0 for a free one',
    }),
    LOG_LEVEL: Type.Union(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent' },
    ),
    TRUST_PROXY: Type.String({
      default: '',
      format: 'cidr-list',
      description: 'Networks (CIDR, comma separated) whose X-Forwarded-For is trusted; empty trusts none',
    }),
  }
}
export type ServiceSettings = Static<TObject<ReturnType<typeof serviceSettings>>>

/** A string that is never printed and can come from the file that `NAME_FILE` names. */
export function secret(options: StringOptions = {}) {
  return Type.String({ minLength: 1, ...options, secret: true })
}

/**
 * Reads the variables of `schema` from `env`, with its defaults. An empty variable counts as absent. The variables in `needs` of a
 * property are required when it is set. A default with `localDefault` is for a developer's machine: with NODE_ENV=production, as
 * in an image, the variable is required.
 * @throws ConfigError that lists every bad variable at once
 */
export function loadConfig<T extends TObject>(schema: T, env: Environment): Static<T> {
  const problems: string[] = []
  const raw: Environment = {}
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = read(name, property, env, problems)
    if (value !== undefined) raw[name] = value
  }
  const filled = Value.Default(schema, { ...raw }) as Environment
  for (const [name, { localDefault }] of Object.entries(schema.properties) as [string, { localDefault?: boolean }][]) {
    if (localDefault && env.NODE_ENV === 'production' && raw[name] === undefined) delete filled[name]
  }
  const config = Value.Convert(schema, filled)
  const bad = new Map(
    [...Value.Errors(schema, config)].reverse().map((error) => [error.path.split('/')[1] ?? '', error]),
  )
  for (const [name, { needs = [] }] of Object.entries(schema.properties) as [string, { needs?: string[] }][]) {
    for (const other of raw[name] === undefined ? [] : needs)
      if (raw[other] === undefined) problems.push(`${other}: is required with ${name}`)
  }
  for (const [name, error] of [...bad].reverse()) {
    if (!problems.some((line) => line.startsWith(`${name}:`)))
      problems.push(`${name}: ${reason(name, error.message, schema, raw)}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config as Static<T>
}

function read(name: string, property: TSchema, env: Environment, problems: string[]): string | undefined {
  const file = env[`${name}_FILE`]
  if (env[name] || !file || property.secret !== true) return env[name] || undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}: cannot read the file that ${name}_FILE names (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}

function reason(name: string, message: string, schema: TObject, raw: Environment): string {
  const description = schema.properties[name]?.description
  const what = raw[name] === undefined ? 'is required' : message.charAt(0).toLowerCase() + message.slice(1)
  return description ? `${what} (${description})` : what
}

/** Splits a comma separated list; blanks around items and empty items are dropped. */
export function addresses(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function isNetwork(item: string): boolean {
  const [address = '', bits] = item.split('/')
  const family = isIP(address)
  if (family === 0 || item.split('/').length > 2) return false
  if (bits === undefined) return true
  try {
    new BlockList().addSubnet(address, /^\d{1,3}$/.test(bits) ? Number(bits) : -1, family === 4 ? 'ipv4' : 'ipv6')
    return true
  } catch {
    return false
  }
}
