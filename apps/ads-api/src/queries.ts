import {
  type Analytics,
  type AnalyticsQuery,
  archiveAd,
  createAd,
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

/** Opens the database, or two when reads have one of their own, and binds to it what the routes ask for. */
export function openQueries(config: Config, onError: OnDatabaseError) {
  const options = {
    tls: config.DATABASE_TLS,
    ca: config.DATABASE_CA,
    poolSize: config.DATABASE_POOL_SIZE,
    timeoutMs: config.QUERY_TIMEOUT_MS,
    onError,
  }
  const primary = openStore({ ...options, url: config.DATABASE_URL })
  const replica = config.DATABASE_READ_URL ? openStore({ ...options, url: config.DATABASE_READ_URL }) : primary
  // Connections of their own: a page may take longer than other questions may, and takes nothing from them meanwhile.
  const exporting = openStore({
    ...options,
    url: config.DATABASE_READ_URL ?? config.DATABASE_URL,
    poolSize: config.EXPORTS_MAX,
    timeoutMs: exportPageMs,
  })
  const { query } = primary
  const { query: read } = replica
  // Each kind of question has a part of the connections, so that none of them takes the others' numbers away.
  const partOf = (part: number) =>
    createGate({
      running: Math.max(1, Math.floor(config.DATABASE_POOL_SIZE * part)),
      waiting: 50 * config.DATABASE_POOL_SIZE,
      waitMs: config.QUERY_TIMEOUT_MS,
    })
  const [keys, receipts, catalogue, windows, reports] = [
    partOf(0.2),
    partOf(0.1),
    partOf(0.2),
    partOf(0.2),
    partOf(0.2),
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
    // keys from the primary: a replica may not know yet that one was revoked
    findKey: (sha256: string) => keys(() => query((database) => findApiKey(database, sha256))),
    findReceipt: (eventId: string) => receipts(() => read((database) => findReceipt(database, eventId))),
    readAnalytics: (what: AnalyticsQuery) => {
      const ask = () => read((database) => readAnalytics(database, what))
      return what.minutes === undefined ? ask() : windows(ask)
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
