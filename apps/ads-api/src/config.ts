import { databaseSettings, databaseUrl } from '@ads-tracker/data'
import { rateLimitSettings, serviceSettings } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import { limited } from './cost.ts'

export const Config = Type.Object({
  ...serviceSettings(3001),
  ...databaseSettings,
  DATABASE_URL: databaseUrl({
    description: 'PostgreSQL, as the role ads_api: postgres://user:password@host:port/database',
  }),
  DATABASE_READ_URL: Type.Optional(
    databaseUrl({
      description: 'A replica for reads; API keys and changes use the primary. DATABASE_URL when absent',
    }),
  ),
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 200,
    description: 'Maximum number of connections to each database; 50 times as many requests may wait',
  }),
  QUERY_TIMEOUT_MS: Type.Integer({
    default: 2000,
    minimum: 100,
    maximum: 6000,
    description: 'Milliseconds until a query is canceled; half a second later its connection is closed',
  }),
  REQUIRE_ANALYTICS_KEY: Type.Boolean({
    default: false,
    description: 'Require an API key with the scope analytics:read for analytics',
  }),
  ...rateLimitSettings(1000, limited),
  LIVE_MAX_STREAMS: Type.Integer({
    default: 2000,
    minimum: 1,
    description: 'Maximum number of open streams of live analytics',
  }),
  LIVE_MAX_STREAMS_PER_ADDRESS: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'The same for one address (IPv6: one /64)',
  }),
  EXPORTS_MAX: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 50,
    description: 'Maximum number of running exports; each uses a connection to the database',
  }),
  EXPORTS_MAX_PER_ADDRESS: Type.Integer({
    default: 2,
    minimum: 1,
    description: 'The same for one address (IPv6: one /64)',
  }),
  ANALYTICS_MAX_AGE_MS: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 1000,
    description:
      'Milliseconds that an answer of all time may be behind the database; one of a window twice as many, and up to 25 times where its query is slow (`X-As-Of` tells). 0 asks for each request',
  }),
})
export type Config = Static<typeof Config>
