import { createHash, randomBytes } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { apiKeys } from './tables.ts'

export const scopes = ['ads:write', 'analytics:read'] as const
export type Scope = (typeof scopes)[number]

export interface ApiKey {
  id: number
  name: string
  /** Hexadecimal digest of the key, which itself is stored nowhere. */
  sha256: string
  scopes: Scope[]
  created_at: Date
  revoked_at: Date | null
}

/** What is stored of a key. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** The key with this digest, revoked or not, or undefined. */
export async function findApiKey(database: Database, sha256: string): Promise<ApiKey | undefined> {
  const [key] = await opened(database).orm.select().from(apiKeys).where(eq(apiKeys.sha256, sha256))
  return key as ApiKey | undefined
}

/** Makes a key of 256 random bits, or stores the given one. The answer is the only place where it can be read. */
export async function createApiKey(
  database: Database,
  {
    name,
    scopes,
    key = `adk_${randomBytes(32).toString('base64url')}`,
  }: { name: string; scopes: Scope[]; key?: string },
): Promise<{ id: number; key: string }> {
  const [row] = await opened(database)
    .orm.insert(apiKeys)
    .values({ name, scopes, sha256: hashApiKey(key) })
    .returning({ id: apiKeys.id })
  return { id: row!.id, key }
}

export async function listApiKeys(database: Database): Promise<ApiKey[]> {
  return (await opened(database).orm.select().from(apiKeys).orderBy(asc(apiKeys.id))) as ApiKey[]
}

/** False when there is no such key, or it was revoked before. */
export async function revokeApiKey(database: Database, id: number): Promise<boolean> {
  const { orm } = opened(database)
  const live = and(eq(apiKeys.id, id), isNull(apiKeys.revoked_at))
  return (
    (
      await orm
        .update(apiKeys)
        .set({ revoked_at: sql`now()` })
        .where(live)
        .returning({ id: apiKeys.id })
    ).length > 0
  )
}
