/** The answer did not come in time; whether the work was done is not known. */
export class DeadlineError extends Error {
  readonly code = 'deadline'
}

/** Waits for `work` at most `ms` milliseconds. The work itself goes on: kafkajs cannot be cancelled. */
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
