interface Log {
  warn(fields: object, message: string): void
}

/** Logs the first error of an outage and then one a second, so that an outage does not fill the disk. */
export function outageLog(log: () => Log, { everyMs = 1000, now = Date.now } = {}): (error: unknown) => void {
  let quietUntil = -Infinity
  let left = 0
  return (err) => {
    if (now() < quietUntil) return void left++
    log().warn({ err, notLogged: left }, 'the database is not available')
    quietUntil = now() + everyMs
    left = 0
  }
}
