export { createDatabase, type Database, type DatabaseOptions } from './database.ts'
export { ChangedMigrationError, migrate } from './migrate.ts'
export { readSchemaVersion, requiredSchemaVersion } from './schema-version.ts'
export { schemaProblem } from './schema-state.ts'
export {
  archiveAd,
  createAd,
  getAd,
  listAds,
  readLabels,
  updateAd,
  type Ad,
  type AdFilter,
  type AdLabels,
  type AdPage,
  type AdPatch,
  type NewAd,
} from './ads.ts'
export {
  createApiKey,
  findApiKey,
  hashApiKey,
  listApiKeys,
  revokeApiKey,
  scopes,
  type ApiKey,
  type Scope,
} from './api-keys.ts'
export {
  readAnalytics,
  readAnalyticsChanges,
  readFreshness,
  readLedgerPosition,
  counts,
  type AdStats,
  type Analytics,
  type AnalyticsChanges,
  type AnalyticsQuery,
  type Freshness,
} from './analytics.ts'
export type { FeedPosition } from './change-feed.ts'
export { findReceipt, type Receipt } from './receipts.ts'
export {
  exportedTypes,
  readExportDay,
  readExportPage,
  type ExportDay,
  type ExportedEvent,
  type ExportedType,
  type ExportPageQuery,
} from './exports.ts'
export type { Batch, BatchOutcome, DeadLetterRow, EventRow, Position, OffsetRange, PartitionOutcome } from './batch.ts'
export { createBatchStore, type BatchStore } from './batch-store.ts'
export { createDuplicateFilter, type DuplicateFilter } from './duplicate-filter.ts'
export { createGroupMembers, type GroupMembers } from './group-members.ts'
export { DeadlineError, withDeadline } from './deadline.ts'
export { NoLongerKeptError, UnsafeSettingsError } from './errors.ts'
export {
  countDeadLetters,
  existingAds,
  getDeadLetter,
  listDeadLetters,
  newestArrival,
  type DeadLetter,
  type DeadLetterFilter,
} from './dead-letters.ts'
export { classifyError, type ErrorAction, type ErrorMeaning, meaningOf } from './classify-error.ts'
export { countedDeadLetters, readLedger, type Ledger, type LedgerRow } from './ledger.ts'
export { readBooks, type Books } from './books.ts'
export { acceptLedger, NothingToAcceptError, type ClosedBook } from './accept-ledger.ts'
export { rawCompleteFrom, rebuildRollups, verifyRollups, type Difference, type Verification } from './verify-rollups.ts'
export { readRawRetentionDays } from './retention.ts'
export { seedAds } from './seed-ads.ts'
export { databaseAddress, databaseSettings, databaseUrl, type DatabaseSettings } from './database-settings.ts'
export { readPeriod, type PeriodAnalytics, type PeriodQuery } from './period.ts'
export { readSeries, seriesUnits, type Bucket, type Series, type SeriesQuery, type SeriesUnit } from './series.ts'
export { listTimeZones } from './time-zones.ts'
