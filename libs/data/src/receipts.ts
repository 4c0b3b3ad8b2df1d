import type { DeadLetterReason, EventType } from '@ads-tracker/events'
import { opened } from './database.ts'
import type { Database } from './database.ts'

export interface Receipt {
  type: EventType
  status: 'counted' | 'dead_letter'
  /** Null for a dead letter that names no ad that could be read. */
  ad_id: number | null
  /** How often it came again, the same. */
  duplicates: number
  /** How often it came again with another payload; the first one counts. */
  conflicts: number
  /** Why it is a dead letter. */
  reason?: DeadLetterReason
  replayed_at?: Date
}

interface Row extends Omit<Receipt, 'duplicates' | 'conflicts' | 'reason' | 'replayed_at'> {
  duplicates: string
  conflicts: string
  reason: DeadLetterReason | null
  replayed_at: string | null
  complete_through: string | null
}

/**
 * What became of an event: at most one receipt for each type that it was sent as, none while it is not known.
 * An event that was acknowledged before `completeThrough` has one.
 */
export async function findReceipt(
  database: Database,
  eventId: string,
): Promise<{ receipts: Receipt[]; completeThrough: Date | null }> {
  const rows = await opened(database).sql<(Row | { type: null; complete_through: string | null })[]>`
    select complete_through, receipts.* from ledger_position_v1() left join receipts_v1(${eventId}::uuid) as receipts on true`
  const mark = rows[0]?.complete_through
  return {
    receipts: rows.filter((row) => row.type !== null).map(receiptOf),
    completeThrough: mark ? new Date(mark) : null,
  }
}

function receiptOf({ type, status, ad_id, duplicates, conflicts, reason, replayed_at }: Row): Receipt {
  return {
    type,
    status,
    ad_id,
    duplicates: Number(duplicates),
    conflicts: Number(conflicts),
    ...(reason !== null && { reason }),
    ...(replayed_at !== null && { replayed_at: new Date(replayed_at) }),
  }
}
