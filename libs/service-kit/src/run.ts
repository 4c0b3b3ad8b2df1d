import { stdSerializers } from 'pino'
import { ConfigError, type ServiceSettings } from './config.ts'
import type { App } from './app.ts'

const badConfiguration = 78

/** Invalid arguments of a command. */
export class UsageError extends Error {
  readonly code = 'usage'

  constructor(reason: string, usage: string) {
    super(`${reason}\n\nusage:\n${usage}`)
  }
}

/**
 * Runs the `main` of a service or a job. Exit codes: 0 done or asked to stop, 1 crashed, 78 bad configuration.
 * Returns no promise, because a bundle is CommonJS, which has no top-level await.
 */
export function run(main: () => Promise<void>): void {
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  const unfinished = () => crash(new Error('ended before it was done: nothing is left that it waits for'))
  process.on('beforeExit', unfinished)
  main().then(() => process.off('beforeExit', unfinished), crash)
}

// Logs the error and exits, so that the supervisor restarts the process.
function crash(error: unknown): never {
  if (error instanceof ConfigError || error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`)
    process.exit(badConfiguration)
  }
  // With causes: the error of a driver says what failed, only its cause says why. Without other properties: an invalid URL error
  // has the URL with its password.
  const { type, message, stack, code } = stdSerializers.err(error instanceof Error ? error : new Error(String(error)))
  const err = { type, message, stack, code }
  process.stderr.write(`${JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg: 'crashed', err })}\n`)
  process.exit(1)
}

/** Listens, and closes the app on SIGTERM or SIGINT: accepted requests are completed, then the process exits with 0. */
export async function serve(app: App, config: Pick<ServiceSettings, 'HOST' | 'PORT'>): Promise<void> {
  let stopping = false
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return
    stopping = true
    app.log.info({ signal }, 'stopping')
    await app.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await app.listen({ host: config.HOST, port: config.PORT, listenTextResolver: (address) => `listening on ${address}` })
}
