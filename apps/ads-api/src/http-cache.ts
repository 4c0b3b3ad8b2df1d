import type { Encoding } from './payload.ts'

/** True if If-None-Match contains the ETag (RFC 9110, section 13.1.2: weak comparison). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const strong = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => strong(tag) === strong(etag))
}

/** The best encoding that Accept-Encoding allows (RFC 9110, section 12.5.3), or undefined for none. */
export function acceptedEncoding(accept: string | undefined): Encoding | undefined {
  if (accept === undefined) return undefined
  const refused = /;\s*q=0(\.0*)?\s*$/
  const offers = accept
    .toLowerCase()
    .split(',')
    .filter((offer) => !refused.test(offer))
    .map((offer) => offer.split(';', 1)[0]?.trim())
  return (['br', 'gzip'] as const).find((encoding) => offers.includes(encoding))
}
