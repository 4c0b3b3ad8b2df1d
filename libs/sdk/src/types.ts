import type { components, operations } from './generated/api.ts'

type Schemas = components['schemas']

export type Ad = Schemas['Ad']
export type NewAd = Schemas['NewAd']
export type AdPatch = Schemas['AdPatch']
export type AdStats = Schemas['AdStats']
export type EventAccepted = Schemas['EventAccepted']
export type EventResult = Schemas['EventResult']
export type FieldError = Schemas['FieldError']
export type LiveMessage = Schemas['LiveMessage']
export type Problem = Schemas['Problem']
export type Receipt = Schemas['Receipt']
export type Receipts = Schemas['Receipts']
export type AnalyticsQuery = NonNullable<operations['getAnalytics']['parameters']['query']>
/** Which file: `day` (UTC) is `2026-07-07`. */
export type ExportQuery = operations['exportEvents']['parameters']['path']

/** A click or an impression. `event_id` is made by the SDK when absent; `timestamp` may be a `Date`. */
export type NewEvent = WithDate<Schemas['NewEvent']>
export type BatchEvent = WithDate<Schemas['BatchEvent']>
type WithDate<T> = Omit<T, 'timestamp'> & { timestamp?: string | Date }

/** The numbers, and how fresh they are. */
export interface Analytics {
  rows: AdStats[]
  /** End of the window: events up to this time are counted. */
  asOf: Date
  /** The window begins after this time; absent for all time. */
  windowStart?: Date
  /** Everything acknowledged before this time is in the numbers; absent while that is not known. */
  completeThrough?: Date
  /** Milliseconds from `completeThrough` to `asOf`. */
  ingestLagMs?: number
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
