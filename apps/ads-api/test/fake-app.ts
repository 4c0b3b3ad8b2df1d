import type { Ad, Analytics, AnalyticsChanges, ApiKey } from '@ads-tracker/data'
import { hashApiKey } from '@ads-tracker/data'
import { type App, createMetrics, loadConfig } from '@ads-tracker/service-kit'
import { createSnapshotCache } from '../src/snapshot-cache.ts'
import { type AppOptions, buildApp } from '../src/app.ts'
import { Config } from '../src/config.ts'
import { createLabels } from '../src/labels.ts'
import { createReports } from '../src/reports.ts'

export const time = new Date('2026-03-04T05:06:07.890Z')

export function ad(id: number, more: Partial<Ad> = {}): Ad {
  return {
    id,
    name: null,
    campaign: null,
    advertiser: null,
    image_url: `https://cdn.test/${id}.jpg`,
    target_url: 'https://shop.test/',
    created_at: time,
    updated_at: time,
    ...more,
  }
}

export function analytics(more: Partial<Analytics> = {}): Analytics {
  return {
    rows: [],
    asOf: time,
    windowStart: null,
    rounded: false,
    completeThrough: new Date(time.getTime() - 40),
    position: 7n,
    catalogue: 1n,
    feed: { booked: 7n, highest: 700, missing: [] },
    ...more,
  }
}

/** A key store that knows `writer` (ads:write), `reader` (analytics:read) and `revoked`. */
export async function findKey(sha256: string): Promise<ApiKey | undefined> {
  const keys: [string, ApiKey['scopes'], Date | null][] = [
    ['writer', ['ads:write'], null],
    ['reader', ['analytics:read'], null],
    ['revoked', ['ads:write'], time],
  ]
  const found = keys.find(([key]) => hashApiKey(key) === sha256)
  return found && { id: 1, name: found[0], sha256, scopes: found[1], created_at: time, revoked_at: found[2] }
}

const unused = () => Promise.reject(new Error('not part of this test'))

/** The app without a database: `more` replaces what its routes call. */
export function fakeApp(more: Partial<AppOptions> = {}, env: Record<string, string> = {}): Promise<App> {
  const config = loadConfig(Config, {
    LOG_LEVEL: 'silent',
    DATABASE_URL: 'postgres://nobody@nowhere/none',
    RATE_LIMIT_MAX: '0',
    ...env,
  })
  const labels = createLabels({ readCatalogue: unused, readLabels: unused, maxAgeMs: 0 })
  return buildApp({
    config,
    metrics: createMetrics('ads-api'),
    readiness: () => ({ postgres: 'up' }),
    ads: { list: unused, get: unused, create: unused, update: unused, archive: unused },
    snapshots: snapshotsOf(analytics()),
    reports: createReports({ readPeriod: unused, readSeries: unused, listTimeZones: unused, labels, maxAgeMs: 0 }),
    labels,
    findKey,
    findReceipt: unused,
    readBooks: unused,
    exports: { readDay: unused, readPage: unused },
    ...more,
  })
}

/** Nothing was counted since. */
export function noChanges(value = analytics()): AnalyticsChanges {
  return { ...value, added: [], complete: true }
}

export function snapshotsOf(value: Analytics) {
  return createSnapshotCache({
    readAnalytics: async () => value,
    readChanges: async () => noChanges(value),
    maxAgeMs: 0,
  })
}
