import { opened } from './database.ts'
import type { Database } from './database.ts'

export const exportedTypes = ['clicks', 'impressions'] as const
export type ExportedType = (typeof exportedTypes)[number]

export interface ExportDay {
  /** Events of this day (UTC, by their own time) that are counted. Events are only added: the same count is the same events. */
  counted: number
  /** The first day of which every event is kept, at its start; null while none was removed yet. */
  firstDay: Date | null
  asOf: Date
  completeThrough: Date | null
}

/** An event as it is stored. */
export interface ExportedEvent {
  event_id: string
  ad_id: number
  occurred_at: Date
  received_at: Date
  ip: string | null
  user_agent: string | null
  playback_time: number | null
}

export interface ExportPageQuery {
  type: ExportedType
  /** Start of the day (UTC). */
  day: Date
  /** The last event of the page before. */
  after?: Pick<ExportedEvent, 'occurred_at' | 'event_id'> | undefined
  limit: number
  /** Cancels the query; it rejects with the signal's reason. */
  signal?: AbortSignal
}

const dayMs = 86_400_000

export async function readExportDay(database: Database, type: ExportedType, day: Date): Promise<ExportDay> {
  const [row] = await opened(database).sql<
    [{ counted: string; as_of: string; complete_through: string | null; first_day: string | null }]
  >`select * from export_day_v1(${type}, ${day.toISOString()}::text::timestamptz)`
  return {
    counted: Number(row.counted),
    firstDay: row.first_day === null ? null : new Date(row.first_day),
    asOf: new Date(row.as_of),
    completeThrough: row.complete_through === null ? null : new Date(row.complete_through),
  }
}

/** A page of the day's events in the order of (occurred_at, event_id). Each page sees what is stored when it is asked for. */
export async function readExportPage(
  database: Database,
  { type, day, after, limit, signal }: ExportPageQuery,
): Promise<ExportedEvent[]> {
  signal?.throwIfAborted()
  const since = (after?.occurred_at ?? day).toISOString()
  const until = new Date(day.getTime() + dayMs).toISOString()
  const query = opened(database).sql`
    select * from export_page_v1(${type}, ${since}::text::timestamptz, ${until}::text::timestamptz, ${after?.event_id ?? null}::uuid, ${limit}::integer)`
  const cancel = () => query.cancel()
  signal?.addEventListener('abort', cancel)
  try {
    return (await query.values()).map(eventOf)
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

type Values = [string, number, number, number, string | null, string | null, number | null]

function eventOf(values: unknown): ExportedEvent {
  const [event_id, ad_id, occurred, received, ip, user_agent, playback_time] = values as Values
  return { event_id, ad_id, occurred_at: atMs(occurred), received_at: atMs(received), ip, user_agent, playback_time }
}

// seconds as a double are exact to a microsecond, and stored times to a millisecond
function atMs(ms: number): Date {
  return new Date(Math.round(ms))
}
