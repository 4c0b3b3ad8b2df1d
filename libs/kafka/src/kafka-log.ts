import type { KafkaLog } from './client.ts'

interface Log {
  warn(extra: object, message: string): void
  info(extra: object, message: string): void
  debug(extra: object, message: string): void
}

const repeatAfterMs = 10_000
const maxMessages = 100

/**
 * Logs each message of kafkajs once in 10 s: while a broker is down it repeats the same one several times a second.
 * Its errors become warnings, because we handle them.
 */
export function createKafkaLog(log: Log, now = () => performance.now()): KafkaLog {
  const loggedAt = new Map<string, number>()
  return (level, message, extra) => {
    if (now() - (loggedAt.get(message) ?? -Infinity) < repeatAfterMs) return
    if (loggedAt.size >= maxMessages) loggedAt.clear()
    loggedAt.set(message, now())
    log[level === 'error' ? 'warn' : level](extra, message)
  }
}
