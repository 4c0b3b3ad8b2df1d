import { largestAdId } from '@ads-tracker/events'

/** The position where a page ended, opaque to clients. A cursor stays valid when ads are archived or added. */
export function toCursor(lastId: number): string {
  return Buffer.from(`after:${lastId}`).toString('base64url')
}

/** The id that a page ended with, or undefined when `cursor` is not one of ours. */
export function fromCursor(cursor: string): number | undefined {
  const id = Number(/^after:([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1])
  return id <= largestAdId && toCursor(id) === cursor ? id : undefined
}
