/** Which deltas an answer of all time includes: where its reader continues. */
export interface FeedPosition {
  /** What all books had counted. */
  booked: bigint
  /** The highest id of a delta that was seen; 0 before the first. */
  highest: number
  /** Ids below it that were not seen: ids are not in the order of commits. */
  missing: { id: number; since: number }[]
}

/** Folded deltas are kept for 10 s: a reader that polls within this time misses none. */
export const longestPauseMs = 8_000
// A statement of the writer ends after 8 s; the id of one that failed is never used.
const missingMs = 15_000
const mostMissing = 1_000

/** The position after these deltas were seen at `at` (milliseconds of the database's clock). */
export function advance(feed: FeedPosition, seen: number[], booked: bigint, at: number): FeedPosition {
  if (seen.length === 0) return { ...feed, booked }
  const ids = new Set(seen)
  const highest = seen.reduce((most, id) => Math.max(most, id), feed.highest)
  const first = feed.highest === 0 ? seen.reduce((least, id) => Math.min(least, id)) : feed.highest + 1
  const missing = feed.missing.filter(({ id, since }) => !ids.has(id) && at - since < missingMs)
  for (let id = Math.max(first, highest - mostMissing); id < highest; id++)
    if (!ids.has(id)) missing.push({ id, since: at })
  return { booked, highest, missing }
}
