import type { components, operations } from './generated/api.ts'

type Schemas = components['schemas']

export type Ad = Schemas['Ad']
export type NewAd = Schemas['NewAd']
export type AdPatch = Schemas['AdPatch']
export type AdStats = Schemas['AdStats']
export type Bucket = Schemas['Bucket']
export type EventAccepted = Schemas['EventAccepted']
export type EventResult = Schemas['EventResult']
export type FieldError = Schemas['FieldError']
export type LiveMessage = Schemas['LiveMessage']
export type Problem = Schemas['Problem']
export type Receipt = Schemas['Receipt']
export type Receipts = Schemas['Receipts']
type Query<Operation extends 'getAnalytics' | 'getSeries' | 'listAds'> = NonNullable<
  operations[Operation]['parameters']['query']
>
/** `from` and `to` may be a `Date`. */
export type AnalyticsQuery = WithDates<Omit<Query<'getAnalytics'>, 'format'>>
export type SeriesQuery = WithDates<Omit<Query<'getSeries'>, 'format'>>
/** Which ads to list: an ad has to pass all of them. */
export type AdFilter = Pick<Query<'listAds'>, 'ad_id' | 'campaign' | 'advertiser'>
type WithDates<T> = { [Key in keyof T]: Key extends 'from' | 'to' ? T[Key] | Date : T[Key] }
/** Which file: `day` (UTC) is `2026-07-07`. */
export type ExportQuery = operations['exportEvents']['parameters']['path']

/** A click or an impression. `event_id` is made by the SDK when absent; `timestamp` may be a `Date`. */
export type NewEvent = WithDate<Schemas['NewEvent']>
export type BatchEvent = WithDate<Schemas['BatchEvent']>
type WithDate<T> = Omit<T, 'timestamp'> & { timestamp?: string | Date }

/** How fresh numbers are, and which period they are of. */
export interface Freshness {
  /** When the numbers were read: without a period, events up to this time are counted. */
  asOf: Date
  /** Start of the period, or of the window of minutes; absent for all time. */
  windowStart?: Date
  /** End of the period: events before this time are counted. */
  windowEnd?: Date
  /** Everything acknowledged before this time is in the numbers; absent while that is not known. */
  completeThrough?: Date
  /** Milliseconds from `completeThrough` to `asOf`. */
  ingestLagMs?: number
}

export interface Analytics extends Freshness {
  rows: AdStats[]
}

export interface Series extends Freshness {
  /** Oldest first, those without events included. */
  buckets: Bucket[]
}

/** All rows as they are now, and those that moved with this message: all of them for the first one. */
export interface LiveAnalytics extends Omit<Analytics, 'windowStart'> {
  changed: AdStats[]
}

/** The bytes of the file, to be read once. It rejects with `connection_lost` when the file breaks off before its end. */
export interface ExportFile extends AsyncIterable<Uint8Array> {
  /** The file will stay the same, and has an ETag. */
  isSettled: boolean
  etag?: string
  /** Everything acknowledged before this time is in the file, if it is of this day. */
  completeThrough?: Date
}
