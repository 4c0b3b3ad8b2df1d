export { ConfigError, loadConfig, secret, serviceSettings, type ServiceSettings } from './config.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export {
  Problem,
  problem,
  problemOf,
  problems,
  FieldErrorBody,
  ProblemBody,
  type ProblemCode,
  type ProblemOptions,
} from './problem.ts'
export type { App } from './app.ts'
export { createService, type ServiceOptions } from './service.ts'
export { type Readiness } from './health.ts'
export { run, serve, UsageError } from './run.ts'
export { createLogger, type Logger } from './logger.ts'
export { missingHost } from './check-requests.ts'
export { answerError, answerOddClients, answerSocketError } from './errors.ts'
export { requestId } from './request-id.ts'
export { networkOf, peerOf } from './peer.ts'
export { type Charge, limitRate, rateLimitSettings } from './rate-limit.ts'
