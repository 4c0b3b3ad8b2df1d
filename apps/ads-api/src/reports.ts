import { NoLongerKeptError } from '@ads-tracker/data'
import type { AdFilter, PeriodAnalytics, PeriodQuery, Series, SeriesQuery, SeriesUnit } from '@ads-tracker/data'
import { type Snapshot, toSnapshot } from './snapshot.ts'
import { windowAges } from './snapshot-cache.ts'
import { idsOf, type LabelStore } from './labels.ts'
import { type PeriodOf, refused } from './period-query.ts'
import { createCache } from './cache.ts'
import { type SeriesSnapshot, toSeriesSnapshot } from './series-snapshot.ts'

export const maxBuckets = 2000
export const maxRows = 50_000

export type PeriodReport = PeriodOf & { filter?: AdFilter | undefined }
export type SeriesReport = PeriodReport & { unit: SeriesUnit; timeZone: string; compare: boolean; byAd: boolean }

interface ReportsOptions {
  readPeriod: (query: PeriodQuery) => Promise<PeriodAnalytics>
  readSeries: (query: SeriesQuery) => Promise<Series>
  listTimeZones: () => Promise<string[]>
  labels: LabelStore
  /** Maximum age of the snapshot of all time in milliseconds; that of reports is the one of windows. */
  maxAgeMs: number
  /** Number of cached reports; the least recently read one is evicted first. */
  capacity?: number
}

export interface Reports {
  /** @throws Problem invalid_request when it needs numbers that are no longer kept */
  period(report: PeriodReport): Snapshot | Promise<Snapshot>
  /** @throws Problem invalid_request when there are too many buckets, or when they need numbers that are no longer kept */
  series(report: SeriesReport): SeriesSnapshot | Promise<SeriesSnapshot>
  isTimeZone(name: string): Promise<boolean>
  /** Whether this report is cached, so that reading it causes no extra query. */
  isRead(report: PeriodReport | SeriesReport): boolean
  close(): void
}

// A period is read again each time, without the change feed.
const unread = { booked: 0n, highest: 0, missing: [] }

/** Periods and series, cached while they are read. */
export function createReports({
  readPeriod,
  readSeries,
  listTimeZones,
  labels,
  maxAgeMs,
  capacity = 64,
}: ReportsOptions): Reports {
  const periods = createCache<Snapshot>(windowAges(maxAgeMs, capacity))
  const series = createCache<SeriesSnapshot>(windowAges(maxAgeMs, capacity))
  let zones: Promise<Set<string>> | undefined
  return {
    period: (report) => periods.get(keyOf(report), (before) => loadPeriod(report, before)),
    series: (report) => series.get(keyOf(report), (before) => loadSeries(report, before)),
    isTimeZone: async (name) => (await knownZones()).has(name),
    isRead: (report) => ('unit' in report ? series : periods).isRead(keyOf(report)),
    close() {
      for (const each of [periods, series, labels]) each.stop()
    },
  }

  async function loadPeriod({ filter, ...period }: PeriodReport, before?: Snapshot): Promise<Snapshot> {
    const { from, to, ...numbers } = await readPeriod({ ...period, adIds: await idsFor(filter) }).catch(
      refuseRemoved(() => 'use such times for from and to'),
    )
    return toSnapshot({ ...numbers, windowStart: from, windowEnd: to, feed: unread }, before)
  }

  async function loadSeries({ filter, ...report }: SeriesReport, before?: SeriesSnapshot): Promise<SeriesSnapshot> {
    const found = await readSeries({ ...report, adIds: await idsFor(filter), maxBuckets, maxRows }).catch(
      refuseRemoved(
        (interval) =>
          `use an interval of ${interval} or longer that begins at such times, for example with time_zone=UTC${report.compare ? ', or omit compare' : ''}`,
      ),
    )
    const { bucketCount, rowCount } = found
    if (bucketCount > maxBuckets) throw tooMany(`${bucketCount} buckets`)
    if (rowCount > maxRows)
      throw refused('by', `gives ${rowCount} rows, the limit is ${maxRows}: use fewer ads or a longer interval`)
    return toSeriesSnapshot(found, report, before)
  }

  async function idsFor(filter: AdFilter | undefined): Promise<number[] | undefined> {
    return filter && idsOf(filter, await labels.get())
  }

  // They change only with a new version of PostgreSQL.
  function knownZones(): Promise<Set<string>> {
    zones ??= listTimeZones().then((names) => new Set(names))
    zones.catch(() => (zones = undefined))
    return zones
  }
}

/** @returns Problem invalid_request */
export function tooMany(what: string) {
  return refused('interval', `gives ${what}, the limit is ${maxBuckets}: use a longer interval or a shorter period`)
}

function refuseRemoved(remedy: (interval: string) => string) {
  return (error: unknown): never => {
    if (!(error instanceof NoLongerKeptError)) throw error
    const [kept, interval] = error.unit === 'minute' ? ['full hours', 'an hour'] : ['whole days', 'a day']
    throw refused(
      'from',
      `must not be before ${error.before} for this period: before that, only numbers of ${kept} (UTC) are kept; ${remedy(interval)}`,
    )
  }
}

function keyOf(report: PeriodReport | SeriesReport): string {
  return JSON.stringify(report)
}
