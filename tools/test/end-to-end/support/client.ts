import { inject } from 'vitest'
import type {} from '../../support/started-system.ts'

export interface Answer<T = unknown> {
  status: number
  headers: Headers
  body: T
}

export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  instance?: string
  errors?: { field: string; message: string }[]
}

export interface AdStats {
  ad_id: number
  clicks: number
  impressions: number
  ctr: number
}

const system = inject('system')
export const { origin } = system

/** Sends a request to the system under test; a body that is not a string is sent as JSON. */
export async function call<T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const sent =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const response = await fetch(origin + path, {
    method,
    ...(sent !== undefined && { body: sent as string }),
    headers: { ...(sent !== undefined && { 'content-type': 'application/json' }), ...headers },
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson(response) && text !== '' ? JSON.parse(text) : text) as T,
  }
}

export const get = <T = unknown>(path: string, headers?: Record<string, string>) =>
  call<T>('GET', path, undefined, headers)
export const post = <T = unknown>(path: string, body: unknown, headers?: Record<string, string>) =>
  call<T>('POST', path, body, headers)

/** With the key of the system under test. */
export const authorized = () => ({ authorization: `Bearer ${system.apiKey}` })

/** An ad of the test's own, so that its numbers are nobody else's. */
export async function newAd(fields: Record<string, unknown> = {}): Promise<number> {
  const ad = { image_url: 'https://example.com/a.png', target_url: 'https://example.com/', ...fields }
  const { status, body } = await post<{ id: number }>('/ads', ad, authorized())
  if (status !== 201) throw new Error(`POST /ads answered ${status}: ${JSON.stringify(body)}`)
  return body.id
}

export async function statsOf(adId: number, query = ''): Promise<AdStats | undefined> {
  const { body } = await get<AdStats[]>(`/ads/analytics?ad_id=${adId}${query}`)
  return body.find(({ ad_id }) => ad_id === adId)
}

const isJson = (response: Response) => /json/.test(response.headers.get('content-type') ?? '')
