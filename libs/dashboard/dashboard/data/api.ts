import type {
  Ad,
  AdPatch,
  Analytics,
  AnalyticsQuery,
  Client,
  LiveAnalytics,
  NewAd,
  Receipts,
  Series,
  SeriesQuery,
} from '@ads-tracker/sdk'
import { createClient } from '@ads-tracker/sdk'
import { fetchOrTake } from './early.ts'
import { Failure, failureOf } from './failure.ts'
import { readKey } from './key.ts'

type Query = Record<string, string | number | undefined>

const patience = 10_000

/** Reads JSON of this origin. @throws Failure */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal)
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw problemOf(response.status, body)
  return body as T
}

/** A state of health that comes as 200 or 503 with a body. @throws Failure when nothing like it came */
export async function getState<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal)
  const body: unknown = await response.json().catch(() => undefined)
  if (body === undefined || (body as { code?: string }).code) throw problemOf(response.status, body)
  return body as T
}

export const readAnalytics = (query: AnalyticsQuery, signal?: AbortSignal): Promise<Analytics> =>
  call((client) => client.getAnalytics(query, { signal }))

export const readSeries = (query: SeriesQuery, signal?: AbortSignal): Promise<Series> =>
  call((client) => client.getSeries(query, { signal }))

/** The numbers whenever they move. It comes back by itself. */
export const readLive = (): AsyncIterable<LiveAnalytics> => clientOf().live()

export const readAd = (id: number, signal?: AbortSignal): Promise<Ad> => call((client) => client.getAd(id, { signal }))

export const readAds = (signal?: AbortSignal): Promise<Ad[]> =>
  call((client) => Array.fromAsync(client.listAds({ limit: 1000, signal })))

export const readReceipts = (eventId: string, signal?: AbortSignal): Promise<Receipts> =>
  call((client) => client.getReceipt(eventId, { signal }))

export const createAd = (ad: NewAd): Promise<Ad> => call((client) => client.createAd(ad))
export const updateAd = (id: number, patch: AdPatch): Promise<Ad> => call((client) => client.updateAd(id, patch))
export const archiveAd = (id: number): Promise<void> => call((client) => client.archiveAd(id))

export function queryOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

export function authorization(): Record<string, string> {
  const key = readKey()
  return key ? { authorization: `Bearer ${key}` } : {}
}

// The page repeats by itself what fails, and shows that it does: the client does not.
async function call<T>(work: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await work(clientOf())
  } catch (error) {
    if (error instanceof DOMException) throw error
    throw failureOf(error)
  }
}

const clientOf = (): Client =>
  createClient({
    baseUrl: location.origin,
    apiKey: readKey() || undefined,
    retries: 0,
    fetch: (request) => fetchOrTake(request as Request),
  })

async function send(path: string, signal?: AbortSignal): Promise<Response> {
  const deadline = AbortSignal.timeout(patience)
  try {
    return await fetch(path, {
      headers: authorization(),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Failure('offline', 'The server does not answer.')
  }
}

interface Problem {
  code?: string
  title?: string
  detail?: string
  errors?: { field: string; message: string }[]
}

export function problemOf(status: number, body: unknown): Failure {
  const { detail, title, errors = [] } = (body ?? {}) as Problem
  const fields = Object.fromEntries(errors.map(({ field, message }) => [field, message]))
  if (status === 401) return new Failure('needs-key', 'This needs an API key.')
  if (status === 403) return new Failure('lacks-scope', 'The API key does not have the right to do this.')
  if (status === 404) return new Failure('not-found', `${detail ?? 'The page was not found'}.`)
  if (status === 429) return new Failure('busy', 'The server has too many requests at the moment.')
  if (status >= 500) return new Failure('unavailable', 'The server cannot answer at the moment.')
  return new Failure('refused', `${detail ?? title ?? 'The server did not accept the request'}.`, fields)
}
