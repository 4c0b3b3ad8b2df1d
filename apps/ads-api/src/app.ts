import type { Books } from '@ads-tracker/data'
import {
  type App,
  createService,
  limitRate,
  type Metrics,
  type Readiness,
  type ServiceSettings,
} from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'
import type { SnapshotCache } from './snapshot-cache.ts'
import { type FindKey, cacheKeys } from './authorize.ts'
import { cost, limited } from './cost.ts'
import type { LabelStore } from './labels.ts'
import type { Reports } from './reports.ts'
import { type AdsReader, adRoutes } from './routes/ads.ts'
import { createExportMetrics } from './export-metrics.ts'
import type { ExportStore } from './exports.ts'
import { createLive } from './live.ts'
import { createLiveMetrics } from './live-metrics.ts'
import { analyticsRoute } from './routes/analytics.ts'
import { booksRoute } from './routes/books.ts'
import { exportRoute } from './routes/exports.ts'
import { liveRoute } from './routes/live.ts'
import { type AdsWriter, manageAdRoutes } from './routes/manage-ads.ts'
import { type FindReceipt, receiptRoute } from './routes/receipts.ts'
import { seriesRoute } from './routes/series.ts'
import { createSlots } from './slots.ts'

export interface AppOptions {
  config: ServiceSettings & {
    REQUIRE_ANALYTICS_KEY: boolean
    RATE_LIMIT_MAX: number
    RATE_LIMIT_WINDOW_SECONDS: number
    LIVE_MAX_STREAMS: number
    LIVE_MAX_STREAMS_PER_ADDRESS: number
    EXPORTS_MAX: number
    EXPORTS_MAX_PER_ADDRESS: number
  }
  metrics: Metrics
  readiness: Readiness
  ads: AdsReader & AdsWriter
  snapshots: SnapshotCache
  reports: Reports
  labels: LabelStore
  findKey: FindKey
  findReceipt: FindReceipt
  readBooks: () => Promise<Books>
  exports: ExportStore
  onServed?: (source: 'prepared' | 'awaited') => void
}

export async function buildApp({
  config,
  metrics,
  readiness,
  ads,
  snapshots,
  reports,
  labels,
  findKey,
  findReceipt,
  readBooks,
  exports,
  onServed,
}: AppOptions): Promise<App> {
  const app = await createService({
    name: 'ads-api',
    title: 'Ads Tracker: ads and analytics',
    description:
      'Lists video ads, reports clicks, impressions and click-through rates, and returns receipts of events.',
    config,
    metrics,
    readiness,
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, created by `npm run api-keys -- create`' },
    },
  })
  const charge = await limitRate(app, config, limited)
  const onUnknownKey = (request: FastifyRequest) => charge(request, cost.unknownKey, 'done')
  const findReader = config.REQUIRE_ANALYTICS_KEY ? cacheKeys(findKey) : undefined
  adRoutes(app, ads)
  manageAdRoutes(app, { ...ads, findKey, onUnknownKey })
  const reading = {
    findKey: findReader,
    onUnknownKey,
    onNewWindow: (request: FastifyRequest) => charge(request, cost.newWindow),
    onServed,
  }
  analyticsRoute(app, { ...reading, snapshots, reports, labels })
  seriesRoute(app, { ...reading, reports })
  const streams = createSlots({
    what: 'streams',
    total: config.LIVE_MAX_STREAMS,
    perAddress: config.LIVE_MAX_STREAMS_PER_ADDRESS,
  })
  const counters = createLiveMetrics(metrics.registry, () => streams.taken)
  const live = createLive({ readSnapshot: snapshots.get, onMessages: counters.messages, onEnd: counters.ended })
  await liveRoute(app, { live, slots: streams, findKey: findReader, onUnknownKey })
  const exporting = createSlots({
    what: 'exports',
    total: config.EXPORTS_MAX,
    perAddress: config.EXPORTS_MAX_PER_ADDRESS,
  })
  exportRoute(app, {
    store: exports,
    slots: exporting,
    findKey,
    onUnknownKey,
    metrics: createExportMetrics(metrics.registry, () => exporting.taken),
  })
  receiptRoute(app, findReceipt)
  booksRoute(app, { readBooks, findKey: findReader, onUnknownKey })
  return app
}
