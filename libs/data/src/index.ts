export { createDatabase, type Database, type DatabaseOptions, type Tls } from './database.ts'
export { ChangedMigrationError, migrate, type MigrateOptions } from './migrate.ts'
export { readSchemaVersion, requiredSchemaVersion } from './schema-version.ts'
export { archiveAd, createAd, getAd, listAds, updateAd, type Ad, type AdPatch, type NewAd } from './ads.ts'
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
  stats,
  type AdStats,
  type Analytics,
  type AnalyticsChanges,
  type AnalyticsQuery,
  type Counts,
  type Freshness,
} from './analytics.ts'
export type { FeedPosition } from './change-feed.ts'
export { findReceipt, type Receipt } from './receipts.ts'
export type { Batch, BatchOutcome, DeadLetterRow, EventRow, Position, Slice, SliceOutcome } from './batch.ts'
export { createBatchStore, type BatchStore, type BatchStoreOptions, type FoldDue, type LogEnd } from './batch-store.ts'
export { createDuplicateFilter, type DuplicateFilter } from './duplicate-filter.ts'
export { DeadlineError, UnsafeSettingsError } from './errors.ts'
export {
  countDeadLetters,
  existingAds,
  getDeadLetter,
  listDeadLetters,
  newestArrival,
  type DeadLetter,
  type DeadLetterFilter,
} from './dead-letters.ts'
export { classifyError, type ErrorAction } from './classify-error.ts'
export { readLedger, type Ledger, type LedgerRow } from './ledger.ts'
export { acceptLedger, NothingToAcceptError, type Acceptance, type ClosedBook } from './accept-ledger.ts'
export { rawCompleteFrom, rebuildRollups, verifyRollups, type Difference, type Verification } from './verify-rollups.ts'
export { readRawRetentionDays } from './retention.ts'
export { seedAds } from './seed-ads.ts'
export { databaseAddress, databaseSettings, databaseUrl, type DatabaseSettings } from './database-settings.ts'
