import {
  type Analytics,
  type AnalyticsQuery,
  archiveAd,
  createAd,
  findApiKey,
  findReceipt,
  getAd,
  listAds,
  readAnalytics,
  readAnalyticsChanges,
  readFreshness,
  updateAd,
} from '@ads-tracker/data'
import type { Config } from './config.ts'
import { databaseReadiness } from './readiness.ts'
import type { AdsReader } from './routes/ads.ts'
import type { AdsWriter } from './routes/manage-ads.ts'
import { openStore } from './store.ts'

/** Opens the database, or two when reads have one of their own, and binds to it what the routes ask for. */
export function openQueries(config: Config, onUnavailable: (error: unknown) => void) {
  const options = {
    tls: config.DATABASE_TLS,
    ca: config.DATABASE_CA,
    poolSize: config.DATABASE_POOL_SIZE,
    timeoutMs: config.QUERY_TIMEOUT_MS,
    onUnavailable,
  }
  const primary = openStore({ ...options, url: config.DATABASE_URL })
  const replica = config.DATABASE_READ_URL ? openStore({ ...options, url: config.DATABASE_READ_URL }) : primary
  const { query } = primary
  const { query: read } = replica
  const ads: AdsReader & AdsWriter = {
    list: (page) => read((database) => listAds(database, page)),
    get: (id) => read((database) => getAd(database, id)),
    create: (ad) => query((database) => createAd(database, ad)),
    update: (id, patch) => query((database) => updateAd(database, id, patch)),
    archive: (id) => query((database) => archiveAd(database, id)),
  }
  return {
    ads,
    // keys from the primary: a replica may not know yet that one was revoked
    findKey: (sha256: string) => query((database) => findApiKey(database, sha256)),
    findReceipt: (eventId: string) => read((database) => findReceipt(database, eventId)),
    readAnalytics: (what: AnalyticsQuery) => read((database) => readAnalytics(database, what)),
    readChanges: (since: Analytics) => read((database) => readAnalyticsChanges(database, since)),
    readFreshness: () => read(readFreshness),
    readiness: databaseReadiness(primary, replica),
    close: async () => {
      await Promise.all([...new Set([primary, replica])].map((store) => store.close()))
    },
  }
}
