import { timingSafeEqual } from 'node:crypto'
import { type ApiKey, hashApiKey, type Scope } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'

/** The key with this SHA-256 (hexadecimal), revoked or not. */
export type FindKey = (sha256: string) => Promise<ApiKey | undefined>

/**
 * A hook that rejects requests without a valid key of this scope. It runs before the body is read. `onUnknown` is awaited for a
 * key that does not exist: looking it up cost a query, so it may reject more of them.
 * @throws Problem unauthorized or forbidden
 */
export function requireScope<Request extends { headers: { authorization?: string | undefined } }>(
  findKey: FindKey,
  scope: Scope,
  onUnknown: (request: Request) => Promise<void> = async () => {},
) {
  return async function authorize(request: Request): Promise<void> {
    const key = /^Bearer +([\w.~+/-]{1,200}=*)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (key === undefined) throw unauthorized('Send Authorization: Bearer and an API key', '')
    const sha256 = hashApiKey(key)
    const found = await findKey(sha256)
    if (!found) await onUnknown(request)
    if (!found || found.revoked_at || !isSame(found.sha256, sha256))
      throw unauthorized('The API key is not known', ', error="invalid_token"')
    if (!found.scopes.includes(scope)) throw forbidden(scope)
  }
}

/** Caches keys for `ttlMs`, which is how long a revoked key still works. Keys that are not found are not cached. */
export function cacheKeys(findKey: FindKey, { ttlMs = 1000, capacity = 1000, now = Date.now } = {}): FindKey {
  const known = new Map<string, { key: ApiKey; until: number }>()
  return async (sha256) => {
    const cached = known.get(sha256)
    if (cached && cached.until > now()) return cached.key
    known.delete(sha256)
    const key = await findKey(sha256)
    if (key) known.set(sha256, { key, until: now() + ttlMs })
    if (known.size > capacity) known.delete(known.keys().next().value!)
    return key
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function unauthorized(detail: string, more: string) {
  return problem('unauthorized', { detail, headers: { 'www-authenticate': `Bearer realm="ads-tracker"${more}` } })
}

function forbidden(scope: Scope) {
  return problem('forbidden', {
    detail: `The API key lacks the scope ${scope}`,
    headers: { 'www-authenticate': `Bearer realm="ads-tracker", error="insufficient_scope", scope="${scope}"` },
  })
}
