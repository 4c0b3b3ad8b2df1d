import { isIP } from 'node:net'
import { FormatRegistry } from '@sinclair/typebox'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
// RFC 3339: a full date and time with an offset; seconds may be 60 only as a leap second, which Date cannot hold.
const dateTimePattern =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

FormatRegistry.Set('uuid', (value) => uuidPattern.test(value))
FormatRegistry.Set('date-time', isDateTime)
FormatRegistry.Set('ipv4', (value) => isIP(value) === 4)
FormatRegistry.Set('ipv6', (value) => isIP(value) === 6 && !value.includes('%'))
FormatRegistry.Set('uri', isHttpUrl)
FormatRegistry.Set('storable', isStorableText)

/** PostgreSQL accepts neither NUL nor lone surrogates: one such value would fail a whole batch. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}

export function isDateTime(value: string): boolean {
  if (!dateTimePattern.test(value)) return false
  const day = Number(value.slice(8, 10))
  return day <= 28 || day <= new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()
}

function isHttpUrl(value: string): boolean {
  if (!isStorableText(value) || /[\s\\]/.test(value)) return false
  const url = URL.parse(value)
  return url !== null && /^https?:\/\//i.test(value) && url.username === '' && url.password === ''
}
