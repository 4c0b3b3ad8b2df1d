import {
  type Analytics,
  type AnalyticsQuery,
  archiveAd,
  createAd,
  databaseAddress,
  findApiKey,
  type ExportPageQuery,
  type ExportedType,
  findReceipt,
  getAd,
  listAds,
  listTimeZones,
  type PeriodQuery,
  readAnalytics,
  readAnalyticsChanges,
  readBooks,
  readExportDay,
  readExportPage,
  readFreshness,
  readLabels,
  readPeriod,
  readSeries,
  type SeriesQuery,
  updateAd,
} from '@ads-tracker/data'
import type { Config } from './config.ts'
import { createGate } from './gate.ts'
import { databaseReadiness } from './readiness.ts'
import type { AdsReader } from './routes/ads.ts'
import type { AdsWriter } from './routes/manage-ads.ts'
import { type OnDatabaseError, openStore } from './store.ts'

const exportPageMs = 30_000

/** Opens the database, and the replica if there is one, and returns the queries of the routes. */
export function openQueries(config: Config, onError: OnDatabaseError) {
  const options = {
    ...databaseAddress(config),
    poolSize: config.DATABASE_POOL_SIZE,
    timeoutMs: config.QUERY_TIMEOUT_MS,
    onError,
  }
  const primary = openStore(options)
  const replica = config.DATABASE_READ_URL ? openStore({ ...options, url: config.DATABASE_READ_URL }) : primary
  // A pool of their own: a page of an export may take longer than other queries, which must not wait for it.
  const exporting = openStore({
    ...options,
    url: config.DATABASE_READ_URL ?? config.DATABASE_URL,
    poolSize: config.EXPORTS_MAX,
    timeoutMs: exportPageMs,
  })
  const { query } = primary
  const { query: read } = replica
  // Each kind of query may use a part of the connections, so that none of them blocks the others.
  const limitTo = (part: number) =>
    createGate({
      running: Math.max(1, Math.floor(config.DATABASE_POOL_SIZE * part)),
      waiting: 50 * config.DATABASE_POOL_SIZE,
      waitMs: config.QUERY_TIMEOUT_MS,
    })
  const [keys, receipts, catalogue, windows, reports] = [
    limitTo(0.2),
    limitTo(0.1),
    limitTo(0.2),
    limitTo(0.2),
    limitTo(0.2),
  ]
  const ads: AdsReader & AdsWriter = {
    list: (page) => catalogue(() => read((database) => listAds(database, page))),
    get: (id) => catalogue(() => read((database) => getAd(database, id))),
    create: (ad) => query((database) => createAd(database, ad)),
    update: (id, patch) => query((database) => updateAd(database, id, patch)),
    archive: (id) => query((database) => archiveAd(database, id)),
  }
  return {
    ads,
    // from the primary: a replica may not know yet that a key was revoked
    findKey: (sha256: string) => keys(() => query((database) => findApiKey(database, sha256))),
    findReceipt: (eventId: string) => receipts(() => read((database) => findReceipt(database, eventId))),
    readAnalytics: (what: AnalyticsQuery) => {
      const load = () => read((database) => readAnalytics(database, what))
      return what.minutes === undefined ? load() : windows(load)
    },
    readPeriod: (what: PeriodQuery) => reports(() => read((database) => readPeriod(database, what))),
    readSeries: (what: SeriesQuery) => reports(() => read((database) => readSeries(database, what))),
    listTimeZones: () => catalogue(() => read(listTimeZones)),
    readLabels: () => catalogue(() => read(readLabels)),
    readCatalogue: async () => (await catalogue(() => read(readFreshness))).catalogue,
    readChanges: (since: Analytics) => read((database) => readAnalyticsChanges(database, since)),
    readBooks: () => catalogue(() => read(readBooks)),
    readFreshness: () => read(readFreshness),
    exports: {
      readDay: (type: ExportedType, day: Date) => exporting.query((database) => readExportDay(database, type, day)),
      readPage: (page: ExportPageQuery) => exporting.query((database) => readExportPage(database, page)),
    },
    readiness: databaseReadiness(primary, replica),
    close: async () => {
      await Promise.all([...new Set([primary, replica, exporting])].map((store) => store.close()))
    },
  }
}
