import { FormatRegistry, type Static, type StringOptions, type TObject, Type } from '@sinclair/typebox'
import type { Tls } from './database.ts'

FormatRegistry.Set('postgres-url', isReadable)

/** `postgres://user:password@host:port/database` that the driver can read; what is special in the password is percent-encoded. Never printed. */
export function databaseUrl(options: StringOptions) {
  return Type.String({ minLength: 1, ...options, format: 'postgres-url', secret: true })
}

/** The variables by which jobs find the database: that of `npm start` unless they are told otherwise. */
export const databaseSettings = {
  DATABASE_URL: databaseUrl({
    default: 'postgres://ads:ads@127.0.0.1:54320/ads',
    localDefault: true,
    description: 'postgres://user:password@host:port/database, as the owner of the schema',
  }),
  DATABASE_TLS: Type.Boolean({ default: false, description: 'Use TLS for PostgreSQL and verify its certificate' }),
  DATABASE_CA: Type.Optional(
    Type.String({
      minLength: 1,
      secret: true,
      description: 'CA certificate (PEM) of PostgreSQL; implies DATABASE_TLS',
    }),
  ),
}
export type DatabaseSettings = Static<TObject<typeof databaseSettings>>

/** What these variables mean to `createDatabase`, `createBatchStore` and `migrate`. */
export function databaseAddress({ DATABASE_URL, DATABASE_TLS, DATABASE_CA }: DatabaseSettings): {
  url: string
  ssl: Tls
} {
  return { url: DATABASE_URL, ssl: DATABASE_CA === undefined ? DATABASE_TLS : { ca: DATABASE_CA } }
}

// As the driver does: it takes several hosts, which a URL cannot have, and decodes user and password.
function isReadable(value: string): boolean {
  const [, authority = ''] = /^postgres(?:ql)?:\/\/([^/?]*)/.exec(value) ?? []
  const hosts = authority.slice(authority.indexOf('@') + 1)
  try {
    const { protocol, username, password } = new URL(value.replace(hosts, hosts.split(',', 1)[0] ?? ''))
    decodeURIComponent(username + password)
    return /^postgres(ql)?:$/.test(protocol)
  } catch {
    return false
  }
}
