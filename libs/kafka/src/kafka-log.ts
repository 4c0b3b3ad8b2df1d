import type { KafkaLog } from './client.ts'

interface Log {
  warn(extra: object, message: string): void
  info(extra: object, message: string): void
  debug(extra: object, message: string): void
}

const silenceMs = 10_000
const remembered = 100

/**
 * Passes on what kafkajs says, once in 10 s: while a broker is down it says the same several times a second.
 * Its errors are warnings of ours, because we handle them.
 */
export function createKafkaLog(log: Log, now = () => performance.now()): KafkaLog {
  const said = new Map<string, number>()
  return (level, message, extra) => {
    if (now() - (said.get(message) ?? -Infinity) < silenceMs) return
    if (said.size >= remembered) said.clear()
    said.set(message, now())
    log[level === 'error' ? 'warn' : level](extra, message)
  }
}
