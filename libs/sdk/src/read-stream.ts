import { AdsTrackerError } from './errors.ts'

interface ReadOptions {
  /** Ends the reading; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds without a byte after which the connection is taken for dead. */
  silentMs: number
}

/**
 * The bytes of an answer as they come. Leaving the loop closes the connection.
 * @throws AdsTrackerError connection_lost when it breaks off
 */
export async function* readStream(
  body: ReadableStream<Uint8Array>,
  { signal, silentMs }: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await next(() => reader.read(), silentMs, signal)
      if (done) return
      yield value
    }
  } finally {
    // not awaited: it waits for a read that is under way
    void reader.cancel().catch(() => {})
  }
}

function next<T>(read: () => Promise<T>, silentMs: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AdsTrackerError('connection_lost', `Nothing came for ${silentMs} ms`)),
      silentMs,
    )
    const stop = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    read()
      .then(resolve, (error: unknown) =>
        reject(
          signal?.aborted
            ? (signal.reason as Error)
            : new AdsTrackerError('connection_lost', 'The answer broke off before its end', { cause: error }),
        ),
      )
      .finally(() => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
      })
  })
}
