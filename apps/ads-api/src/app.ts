import {
  type App,
  createService,
  limitRate,
  type Metrics,
  type Readiness,
  type ServiceSettings,
} from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Answers } from './answers.ts'
import { type FindKey, rememberKeys } from './authorize.ts'
import { cost, limited } from './cost.ts'
import type { LabelStore } from './labels.ts'
import type { Reports } from './reports.ts'
import { type AdsReader, adRoutes } from './routes/ads.ts'
import { analyticsRoute } from './routes/analytics.ts'
import { type AdsWriter, manageAdRoutes } from './routes/manage-ads.ts'
import { type FindReceipt, receiptRoute } from './routes/receipts.ts'
import { seriesRoute } from './routes/series.ts'

export interface AppOptions {
  config: ServiceSettings & {
    REQUIRE_ANALYTICS_KEY: boolean
    RATE_LIMIT_MAX: number
    RATE_LIMIT_WINDOW_SECONDS: number
  }
  metrics: Metrics
  readiness: Readiness
  ads: AdsReader & AdsWriter
  answers: Answers
  reports: Reports
  labels: LabelStore
  findKey: FindKey
  findReceipt: FindReceipt
  onServed?: (source: 'prepared' | 'awaited') => void
}

export async function buildApp({
  config,
  metrics,
  readiness,
  ads,
  answers,
  reports,
  labels,
  findKey,
  findReceipt,
  onServed,
}: AppOptions): Promise<App> {
  const app = await createService({
    name: 'ads-api',
    title: 'Ads Tracker: ads and analytics',
    description: 'Lists video ads, tells how each is doing right now, and what became of an event.',
    config,
    metrics,
    readiness,
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, made by `npm run api-keys -- create`' },
    },
  })
  const charge = await limitRate(app, config, limited)
  const onUnknownKey = (request: FastifyRequest) => charge(request, cost.unknownKey, 'done')
  adRoutes(app, ads)
  manageAdRoutes(app, { ...ads, findKey, onUnknownKey })
  const reading = {
    findKey: config.REQUIRE_ANALYTICS_KEY ? rememberKeys(findKey) : undefined,
    onUnknownKey,
    onNewWindow: (request: FastifyRequest) => charge(request, cost.newWindow),
    onServed,
  }
  analyticsRoute(app, { ...reading, answers, reports, labels })
  seriesRoute(app, { ...reading, reports })
  receiptRoute(app, findReceipt)
  return app
}
