import createFetchClient from 'openapi-fetch'
import { AdsTrackerError, type ErrorCode, errorOf, isAdsTrackerError } from './errors.ts'
import type { paths } from './generated/api.ts'
import { type RetryPolicy, withRetries } from './retry.ts'

interface HttpOptions extends RetryPolicy {
  baseUrl: string
  apiKey?: string | undefined
  fetch: typeof fetch
  /** Milliseconds for one attempt. */
  timeout: number
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}
export type Http = ReturnType<typeof createHttp>
type Api = ReturnType<typeof createFetchClient<paths>>

/** Sends typed requests; each attempt has a deadline, and every failure is an AdsTrackerError. */
export function createHttp({ baseUrl, apiKey, fetch, timeout, ...policy }: HttpOptions) {
  const api = createFetchClient<paths>({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    fetch: (request) => fetch(request),
    ...(apiKey !== undefined && { headers: { authorization: `Bearer ${apiKey}` } }),
  })
  return { once, again }

  /** Sends `request` again as long as it fails with one of `codes`. */
  function again<T>(
    request: (api: Api, signal: AbortSignal) => Promise<Answer<T>>,
    codes: ErrorCode[],
    signal?: AbortSignal,
  ) {
    return withRetries(() => once(request, signal), policy, codes, signal)
  }

  async function once<T>(
    request: (api: Api, signal: AbortSignal) => Promise<Answer<T>>,
    signal?: AbortSignal,
  ): Promise<{ data: T; response: Response }> {
    signal?.throwIfAborted()
    const deadline = new AbortController()
    const cancel = () => deadline.abort(signal?.reason)
    const timer = setTimeout(
      () => deadline.abort(new AdsTrackerError('timeout', `No answer from ${baseUrl} within ${timeout} ms`)),
      timeout,
    )
    signal?.addEventListener('abort', cancel)
    try {
      const { data, error, response } = await request(api, deadline.signal)
      if (!response.ok) throw errorOf(response, error)
      return { data: data as T, response }
    } catch (error) {
      throw failure(error, deadline.signal, baseUrl)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
  }
}

function failure(error: unknown, signal: AbortSignal, baseUrl: string): unknown {
  if (signal.aborted) return signal.reason
  if (isAdsTrackerError(error)) return error
  if (error instanceof SyntaxError)
    return new AdsTrackerError('invalid_answer', `The answer of ${baseUrl} is not JSON`, { cause: error })
  return new AdsTrackerError('connection_lost', `No answer from ${baseUrl}: ${reasonOf(error)}`, { cause: error })
}

// Node has the code of the system, such as ECONNREFUSED or ENOTFOUND, in the cause; a browser tells no reason.
function reasonOf(error: unknown): string {
  const { message, cause } = error as Partial<Error>
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : (message ?? String(error))
}
