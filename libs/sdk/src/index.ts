export { createClient, type CallOptions, type Client, type ClientOptions } from './client.ts'
export { AdsTrackerError, isAdsTrackerError, type ErrorCode } from './errors.ts'
export type {
  Ad,
  AdFilter,
  AdPatch,
  AdStats,
  Analytics,
  AnalyticsQuery,
  BatchEvent,
  Bucket,
  EventAccepted,
  EventResult,
  ExportFile,
  ExportQuery,
  FieldError,
  Freshness,
  LiveAnalytics,
  NewAd,
  NewEvent,
  Problem,
  Receipt,
  Receipts,
  Series,
  SeriesQuery,
} from './types.ts'
export { uuidv7 } from './uuidv7.ts'
