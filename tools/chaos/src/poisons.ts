import { randomUUID } from 'node:crypto'
import type { Message } from 'kafkajs'
import type { DeadLetterReason } from './oracle/oracle.ts'

type Reason = Exclude<DeadLetterReason, 'rejected_by_database'>

export interface Poison {
  what: string
  reason: Reason
  message: Message
}

/** Every kind of record that cannot be counted, new ids each time. */
export function poisons(): Poison[] {
  return [
    ...bytes('undecodable', {
      'no value': null,
      nothing: Buffer.alloc(0),
      'broken JSON': Buffer.from('{"event_id":'),
      'bytes that are not UTF-8': Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      'a byte order mark and garbage': Buffer.from('\ufeff{]'),
    }),
    ...bytes('schema_invalid', {
      'an array': json([]),
      'a number': json(42),
      null: json(null),
      'an empty object': json({}),
      'a deep nest': Buffer.from('['.repeat(5000) + ']'.repeat(5000)),
      'a prototype': Buffer.from('{"__proto__":{"ad_id":1}}'),
      'NUL in the text': json(event({ user_agent: 'a\0b' })),
      'a lone surrogate': Buffer.from(JSON.stringify(event()).replace('"chaos"', '"\\ud800"')),
      'one megabyte of text': json(event({ user_agent: 'x'.repeat(1_000_000) })),
      'an ad above the integers': json(event({ ad_id: 2147483648 })),
      'an ad below one': json(event({ ad_id: 0 })),
      'half an ad': json(event({ ad_id: 1.5 })),
      'an ad as text': json(event({ ad_id: '1' })),
      'a number too large for anything': Buffer.from(
        JSON.stringify(event()).replace('"playback_time":1', '"playback_time":1e999'),
      ),
      'negative time of playback': json(event({ playback_time: -1 })),
      'a year of six digits': json(event({ occurred_at: '+275760-09-13T00:00:00.000Z' })),
      'a day before our time': json(event({ occurred_at: '1999-12-31T23:59:59.999Z' })),
      'a day that does not exist': json(event({ occurred_at: '2025-02-30T00:00:00.000Z' })),
      'a time with an offset': json(event({ received_at: '2025-02-01T00:00:00.000+01:00' })),
      'an address that is none': json(event({ ip: '999.1.1.1' })),
      'a network as an address': json(event({ ip: '10.0.0.0/8' })),
      'an id that is none': json(event({ event_id: 'not-a-uuid' })),
      'an id in upper case': json(event({ event_id: randomUUID().toUpperCase() })),
      'no id': json({ ...event(), event_id: undefined }),
    }),
    ...bytes('unknown_ad', { 'an unknown ad': json(event({ ad_id: 2147483647 })) }),
    {
      what: 'headers from elsewhere',
      reason: 'schema_invalid',
      message: {
        value: json({}),
        key: null,
        headers: { 'replay-of': 'no/such', 'nul\0': 'a\0b', bytes: Buffer.from([0xff]) },
      },
    },
    {
      what: 'a replay of what never was',
      reason: 'schema_invalid',
      message: { value: json({}), headers: { 'replay-of': 'ads.clicks.v1/0/1' } },
    },
  ]
}

function bytes(reason: Reason, values: Record<string, Buffer | null>): Poison[] {
  return Object.entries(values).map(([what, value]) => ({ what, reason, message: { value, key: 'poison' } }))
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function event(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = new Date().toISOString()
  return {
    event_id: randomUUID(),
    ad_id: 1,
    occurred_at: now,
    received_at: now,
    ip: '192.0.2.0',
    user_agent: 'chaos',
    playback_time: 1,
    ...changes,
  }
}
