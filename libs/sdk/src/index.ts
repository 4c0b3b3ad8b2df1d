export { createClient, type CallOptions, type Client, type ClientOptions } from './client.ts'
export { AdsTrackerError, isAdsTrackerError, type ErrorCode } from './errors.ts'
export type {
  Ad,
  AdPatch,
  AdStats,
  Analytics,
  AnalyticsQuery,
  BatchEvent,
  EventAccepted,
  EventResult,
  ExportFile,
  ExportQuery,
  FieldError,
  LiveAnalytics,
  NewAd,
  NewEvent,
  Problem,
  Receipt,
  Receipts,
} from './types.ts'
export { uuidv7 } from './uuidv7.ts'
