import { type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** Logs one JSON object a line to stdout, formatted on a terminal. Keys, passwords and headers with them are redacted. */
export function createLogger(name: string, level: string): Logger {
  const options = {
    name,
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      err: stdSerializers.err,
      req: (req: { id: string; method: string }) => ({ id: req.id, method: req.method }),
    },
    redact: [
      'authorization',
      '*.authorization',
      'headers.cookie',
      '*.headers.cookie',
      'password',
      '*.password',
      'DATABASE_URL',
    ],
  }
  return process.stdout.isTTY ? pino(options, pretty({ sync: true })) : pino(options)
}
