import './formats.ts'
import { type Static, Type } from '@sinclair/typebox'

/** Version of the event schema on the wire, carried in the header `v`. */
export const eventVersion = '1'

/** Ids of ads are `integer` in PostgreSQL. */
export const largestAdId = 2 ** 31 - 1

const Timestamp = Type.String({ format: 'date-time', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z$' })

/** A click or an impression in a Kafka record. */
export const AdEvent = Type.Object(
  {
    event_id: Type.String({ format: 'uuid', description: 'Identity within its type, lower case' }),
    ad_id: Type.Integer({ minimum: 1, maximum: largestAdId }),
    occurred_at: Timestamp,
    received_at: Timestamp,
    ip: Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' }), Type.Null()]),
    user_agent: Type.Union([Type.String({ maxLength: 512, format: 'storable' }), Type.Null()]),
    playback_time: Type.Union([Type.Number({ minimum: 0, maximum: 1e9 }), Type.Null()]),
  },
  { $id: 'AdEvent.v1' },
)
export type AdEvent = Static<typeof AdEvent>
