import { type DeadLetterReason, type EventType } from '@ads-tracker/events'
import { and, asc, count, eq, gte, inArray, isNotNull, isNull, lt, max, type SQL, sql } from 'drizzle-orm'
import type { Position, UncountedRecord } from './batch.ts'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { ads, deadLetters } from './tables.ts'

/** Selects dead letters that match all given fields. */
export interface DeadLetterFilter {
  reason?: DeadLetterReason
  topic?: string
  partition?: number
  eventId?: string
  arrivedFrom?: Date
  arrivedBefore?: Date
  /** True: only those that were not replayed. */
  pending?: boolean
}

export interface DeadLetter extends Position, UncountedRecord {
  type: EventType
  arrivedAt: Date
  replayedAt: Date | null
  /** How often the event came again before this dead letter was replayed. */
  repeats: bigint
}

/** A page of dead letters ordered by position, starting after `after`. */
export async function listDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  { limit, after }: { limit: number; after?: Position },
): Promise<DeadLetter[]> {
  const rows = await opened(database)
    .orm.select()
    .from(deadLetters)
    .where(and(...conditions(filter), after && isAfter(after)))
    .orderBy(asc(deadLetters.topic), asc(deadLetters.partition), asc(deadLetters.offset))
    .limit(limit)
  return rows.map(({ event_id, arrived_at, replayed_at, ...row }) => ({
    ...row,
    eventId: event_id,
    arrivedAt: arrived_at,
    replayedAt: replayed_at,
  }))
}

/** One dead letter, or undefined. */
export async function getDeadLetter(
  database: Database,
  { topic, partition, offset }: Position,
): Promise<DeadLetter | undefined> {
  const before = { topic, partition, offset: offset - 1n }
  const [found] = await listDeadLetters(database, { topic, partition }, { limit: 1, after: before })
  return found?.offset === offset ? found : undefined
}

/** Arrival time of the newest dead letter, or null if there is none. */
export async function newestArrival(database: Database, filter: DeadLetterFilter): Promise<Date | null> {
  const [row] = await opened(database)
    .orm.select({ at: max(deadLetters.arrived_at) })
    .from(deadLetters)
    .where(and(...conditions(filter)))
  return row?.at ?? null
}

/** The number of dead letters by reason. */
export async function countDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
): Promise<{ reason: DeadLetterReason; total: number }[]> {
  return opened(database)
    .orm.select({ reason: deadLetters.reason, total: count() })
    .from(deadLetters)
    .where(and(...conditions(filter)))
    .groupBy(deadLetters.reason)
    .orderBy(deadLetters.reason)
}

/** The given ids for which an ad exists, live or archived: events of these ads can be counted. */
export async function existingAds(database: Database, ids: number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const rows = await opened(database).orm.select({ id: ads.id }).from(ads).where(inArray(ads.id, ids))
  return new Set(rows.map(({ id }) => id))
}

function conditions({
  reason,
  topic,
  partition,
  eventId,
  arrivedFrom,
  arrivedBefore,
  pending,
}: DeadLetterFilter): (SQL | undefined)[] {
  return [
    reason && eq(deadLetters.reason, reason),
    topic !== undefined ? eq(deadLetters.topic, topic) : undefined,
    partition !== undefined ? eq(deadLetters.partition, partition) : undefined,
    // the second condition makes the partial index usable
    eventId ? and(eq(deadLetters.event_id, eventId), isNotNull(deadLetters.event_id)) : undefined,
    arrivedFrom && gte(deadLetters.arrived_at, arrivedFrom),
    arrivedBefore && lt(deadLetters.arrived_at, arrivedBefore),
    pending ? isNull(deadLetters.replayed_at) : undefined,
  ]
}

function isAfter({ topic, partition, offset }: Position): SQL {
  return sql`(${deadLetters.topic}, ${deadLetters.partition}, ${deadLetters.offset}) > (${topic}, ${partition}, ${offset})`
}
