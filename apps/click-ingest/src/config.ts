import { kafkaSettings } from '@ads-tracker/kafka'
import { rateLimitSettings, serviceSettings } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import { limited } from './cost.ts'

export const Config = Type.Object({
  ...serviceSettings(3002),
  ...kafkaSettings,
  DEADLINE_MS: Type.Integer({
    default: 2500,
    minimum: 100,
    maximum: 8000,
    description:
      'Milliseconds in which an event is acknowledged or answered with 503; below the 9 s after which the gateway gives up',
  }),
  QUEUE_MAX_EVENTS: Type.Integer({
    default: 20_000,
    minimum: 1,
    description: 'Maximum number of events in the queue before Kafka; further events get 503',
  }),
  QUEUE_MAX_BYTES: Type.Integer({
    default: 32 * 1024 * 1024,
    minimum: 1,
    description: 'Maximum size of the queue before Kafka, in bytes',
  }),
  ...rateLimitSettings(1000, limited),
  CORS_ORIGINS: Type.String({
    default: '',
    pattern: '^(\\*|https?://[^\\s,/]+(\\s*,\\s*https?://[^\\s,/]+)*)?$',
    description:
      'Origins (comma separated) whose pages may record events from a browser, or * for every page; empty for none but ours',
  }),
})
export type Config = Static<typeof Config>
