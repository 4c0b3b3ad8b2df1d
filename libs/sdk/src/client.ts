import { check } from './check.ts'
import { checkOptions } from './client-options.ts'
import { exportEvents } from './export-events.ts'
import { createHttp } from './http.ts'
import { listAds } from './list-ads.ts'
import { analyticsCsv, readAnalytics, readSeries, seriesCsv } from './read-analytics.ts'
import { live } from './live.ts'
import { recordEvents, recordOne } from './record.ts'
import { notCarriedOut, unknownOutcome } from './retry.ts'
import type {
  Ad,
  AdFilter,
  AdPatch,
  Analytics,
  AnalyticsQuery,
  BatchEvent,
  EventAccepted,
  EventResult,
  ExportFile,
  ExportQuery,
  LiveAnalytics,
  NewAd,
  NewEvent,
  Receipts,
  Series,
  SeriesQuery,
} from './types.ts'

export interface ClientOptions {
  /** Origin of the API, such as `https://ads.example.com`. */
  baseUrl: string
  /** Needed to manage ads, and to read analytics where the operator wants a key. */
  apiKey?: string
  /** Used instead of the global one. */
  fetch?: typeof fetch
  /** Milliseconds for one attempt; 10,000 when absent. */
  timeout?: number
  /** How often a call is sent again; 4 when absent. */
  retries?: number
  /** Milliseconds: a `Retry-After` beyond this is an error at once; 30,000 when absent. */
  maxRetryAfterMs?: number
}

export interface CallOptions {
  /** Cancels the call and its retries; it rejects with the signal's reason. */
  signal?: AbortSignal
}

export interface Client {
  /** Every live ad that passes the filters, page by page as they are needed; `limit` is the size of a page. */
  listAds(options?: CallOptions & AdFilter & { limit?: number }): AsyncIterable<Ad> & { pages(): AsyncIterable<Ad[]> }
  getAd(id: number, options?: CallOptions): Promise<Ad>
  /** Sent again only when it was surely not carried out: two ads are worse than an error. */
  createAd(ad: NewAd, options?: CallOptions): Promise<Ad>
  updateAd(id: number, patch: AdPatch, options?: CallOptions): Promise<Ad>
  archiveAd(id: number, options?: CallOptions): Promise<void>
  /** The numbers of each ad: of all time, of the last `minutes`, or of a period. */
  getAnalytics(query?: AnalyticsQuery, options?: CallOptions): Promise<Analytics>
  /** The numbers of a period in buckets of a time zone. */
  getSeries(query: SeriesQuery, options?: CallOptions): Promise<Series>
  /** The same as a file: RFC 4180, with a header. */
  getAnalyticsCsv(query?: AnalyticsQuery, options?: CallOptions): Promise<string>
  getSeriesCsv(query: SeriesQuery, options?: CallOptions): Promise<string>
  /** The numbers of all time whenever they move. Reconnects by itself; ends when the loop is left or the signal aborts. */
  live(options?: CallOptions): AsyncIterable<LiveAnalytics>
  /** The file of a day, as it comes; undefined when it is still that of `etag`. Needs a key with the scope `analytics:read`. */
  exportEvents(query: ExportQuery, options?: CallOptions & { etag?: string }): Promise<ExportFile | undefined>
  /** Resolves when the click will be counted, exactly once however often it had to be sent. */
  recordClick(event: NewEvent, options?: CallOptions): Promise<EventAccepted>
  recordImpression(event: NewEvent, options?: CallOptions): Promise<EventAccepted>
  /** At most 500 events, with a result for each, in order: 202, or 400 or 503 with a code. */
  recordEvents(events: BatchEvent[], options?: CallOptions): Promise<EventResult[]>
  /** What became of an event; rejects with `not_found` while it is not known. */
  getReceipt(eventId: string, options?: CallOptions): Promise<Receipts>
}

/**
 * A client of one Ads Tracker. Every call rejects with an AdsTrackerError, or with the reason of its signal.
 * @throws AdsTrackerError invalid_request when an option is wrong
 */
export function createClient(clientOptions: ClientOptions): Client {
  checkOptions(clientOptions)
  const { baseUrl, apiKey, timeout = 10_000, retries = 4, maxRetryAfterMs = 30_000, ...options } = clientOptions
  const fetch: typeof globalThis.fetch = options.fetch ?? ((...request) => globalThis.fetch(...request))
  const http = createHttp({ baseUrl, apiKey, fetch, timeout, retries, maxRetryAfterMs })
  return {
    listAds: (options) => listAds(http, options),
    getAnalytics: (query = {}, options) => readAnalytics(http, query, options?.signal),
    getSeries: (query, options) => readSeries(http, query, options?.signal),
    getAnalyticsCsv: (query = {}, options) => analyticsCsv(http, query, options?.signal),
    getSeriesCsv: (query, options) => seriesCsv(http, query, options?.signal),
    live: (options) => live(http, { signal: options?.signal, maxRetryAfterMs }),
    exportEvents: (query, options) => exportEvents(http, query, options),
    recordClick: (event, options) => recordOne(http, 'click', event, options?.signal),
    recordImpression: (event, options) => recordOne(http, 'impression', event, options?.signal),
    recordEvents: (events, options) => recordEvents(http, events, { retries, maxRetryAfterMs }, options?.signal),

    async getAd(id, { signal } = {}) {
      check('getAd', { params: { id } })
      return (
        await http.again(
          (api, signal) => api.GET('/ads/{id}', { params: { path: { id } }, signal }),
          unknownOutcome,
          signal,
        )
      ).data
    },
    async createAd(body, { signal } = {}) {
      check('createAd', { body })
      return (await http.again((api, signal) => api.POST('/ads', { body, signal }), notCarriedOut, signal)).data
    },
    async updateAd(id, body, { signal } = {}) {
      check('updateAd', { params: { id }, body })
      return (
        await http.again(
          (api, signal) => api.PATCH('/ads/{id}', { params: { path: { id } }, body, signal }),
          unknownOutcome,
          signal,
        )
      ).data
    },
    async archiveAd(id, { signal } = {}) {
      check('archiveAd', { params: { id } })
      await http.again(
        (api, signal) => api.DELETE('/ads/{id}', { params: { path: { id } }, signal }),
        unknownOutcome,
        signal,
      )
    },
    async getReceipt(eventId, { signal } = {}) {
      const path = { event_id: eventId }
      check('getReceipt', { params: path })
      return (
        await http.again(
          (api, signal) => api.GET('/ads/events/{event_id}', { params: { path }, signal }),
          unknownOutcome,
          signal,
        )
      ).data
    },
  }
}
