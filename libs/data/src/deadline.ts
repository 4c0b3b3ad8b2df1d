/** PostgreSQL did not answer in time. Whether the statement was committed is not known. */
export class DeadlineError extends Error {
  readonly code = 'DEADLINE'
}

/**
 * Rejects after `ms` milliseconds, because the driver waits forever for a half-open socket. `onLate` can replace the connection.
 * libs/kafka has a helper like this: the two libs may not import each other, and libs/events is for the wire.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, onLate = () => {}): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    onLate()
    reject(new DeadlineError(`no answer from PostgreSQL within ${ms} ms`))
  }, ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
