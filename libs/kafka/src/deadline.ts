/** The operation took too long; whether it was carried out is not known. */
class DeadlineError extends Error {
  readonly code = 'deadline'
}

/** Rejects after `ms` milliseconds. `work` itself goes on, because kafkajs cannot be cancelled. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took more than ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
