import { databaseSettings, databaseUrl } from '@ads-tracker/data'
import { kafkaSettings } from '@ads-tracker/kafka'
import { serviceSettings } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'

export const Config = Type.Object({
  ...serviceSettings(3003),
  ...kafkaSettings,
  ...databaseSettings,
  DATABASE_URL: databaseUrl({
    description: 'PostgreSQL, as the role click_writer: postgres://user:password@host:port/database',
  }),
  STATEMENTS: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 16,
    description: 'Maximum number of statements that run at the same time; each uses a connection',
  }),
  BATCH_MAX_EVENTS: Type.Integer({
    default: 20_000,
    minimum: 1,
    maximum: 50_000,
    description: 'Maximum number of events in one statement',
  }),
  BATCH_MAX_BYTES: Type.Integer({
    default: 8 * 1024 * 1024,
    minimum: 1,
    description: 'Maximum size of the records in one statement, in bytes; a single record may be larger',
  }),
  QUEUE_MAX_EVENTS: Type.Integer({
    default: 60_000,
    minimum: 1,
    description: 'Maximum number of events that were read and are not stored',
  }),
  QUEUE_MAX_BYTES: Type.Integer({
    default: 32 * 1024 * 1024,
    minimum: 1,
    description:
      'Bytes of records that are read ahead of the database or being stored, at most; the memory limit is for these times four',
  }),
  SESSION_SECONDS: Type.Integer({
    default: 9,
    minimum: 6,
    maximum: 300,
    description:
      'The consumer group waits this long for a writer that is silent, such as one whose host was lost; for a killed one it does not wait',
  }),
  WATCHDOG_SECONDS: Type.Integer({
    default: 60,
    minimum: 5,
    description: 'Exit after this long with work and healthy dependencies but no progress',
  }),
})
export type Config = Static<typeof Config>
