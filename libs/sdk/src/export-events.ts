import { check } from './check.ts'
import { AdsTrackerError } from './errors.ts'
import type { Http } from './http.ts'
import { readStream } from './read-stream.ts'
import { unknownOutcome } from './retry.ts'
import type { ExportFile, ExportQuery } from './types.ts'

// How long the server may need for a page of events.
const silentMs = 60_000

/** Opens the file of a day; undefined when it is still that of `etag`. */
export async function exportEvents(
  http: Http,
  query: ExportQuery,
  { etag, signal }: { etag?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ExportFile | undefined> {
  check('exportEvents', { params: query })
  const header = etag === undefined ? {} : { 'If-None-Match': etag }
  try {
    const { data, response } = await http.again(
      (api, signal) =>
        api.GET('/ads/exports/{type}/{day}.{format}', { params: { path: query, header }, parseAs: 'stream', signal }),
      unknownOutcome,
      signal,
    )
    if (!data) throw new AdsTrackerError('invalid_answer', 'The answer has no body')
    return fileOf(response, data, signal)
  } catch (error) {
    if (error instanceof AdsTrackerError && error.status === 304) return undefined
    throw error
  }
}

function fileOf({ headers }: Response, body: ReadableStream<Uint8Array>, signal?: AbortSignal): ExportFile {
  const etag = headers.get('etag')
  const completeThrough = headers.get('x-complete-through')
  return {
    isSettled: headers.get('x-settled') === 'true',
    ...(etag !== null && { etag }),
    ...(completeThrough !== null && { completeThrough: new Date(completeThrough) }),
    [Symbol.asyncIterator]: () => readStream(body, { signal, silentMs }),
  }
}
