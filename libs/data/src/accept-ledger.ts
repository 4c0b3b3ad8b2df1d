import { opened } from './database.ts'
import type { Database } from './database.ts'

interface Acceptance {
  topic: string
  partition: number
  /** Why, for those who read the closed book later. */
  reason: string
  /** First offset that the log still has. */
  begin: bigint
  /** Offset that the log's next record will get. */
  end: bigint
  /** The topic was recreated, although its log is already as long as the ledger. */
  recreated?: boolean
}

export interface ClosedBook {
  /** `gap`: records were gone before they were read. `recreated`: it is another log under the same name. */
  cause: 'gap' | 'recreated'
  /** Records that were never read: what they said is lost. */
  missing: bigint
  /** Where the closed book ended. */
  nextOffset: bigint
}

/** There is nothing to accept, or no such book; the message says which. */
export class NothingToAcceptError extends Error {
  readonly code = 'nothing_to_accept'
}

type Answer =
  | { status: 'no_book' }
  | { status: 'continues'; next_offset: string }
  | { status: 'closed'; cause: ClosedBook['cause']; next_offset: string; missing: string }

/**
 * Closes the book of a partition and opens the next one where the log begins. The closed book is kept, with the reason, and
 * its sums go on counting in the balance.
 * @throws NothingToAcceptError when the log continues the book
 */
export async function acceptLedger(
  database: Database,
  { topic, partition, reason, begin, end, recreated = false }: Acceptance,
): Promise<ClosedBook> {
  const [row] = await opened(database).sql<[{ answer: string }]>`
    select accept_ledger_v1(${topic}, ${partition}, ${String(begin)}::text::bigint, ${String(end)}::text::bigint, ${recreated}, ${reason})::text as answer`
  const answer = JSON.parse(row.answer) as Answer
  if (answer.status === 'no_book') throw new NothingToAcceptError(`there is no ledger of ${topic}/${partition}`)
  if (answer.status === 'continues') {
    throw new NothingToAcceptError(
      `the log of ${topic}/${partition} (${begin} to ${end}) continues the ledger at ${answer.next_offset}`,
    )
  }
  return { cause: answer.cause, missing: BigInt(answer.missing), nextOffset: BigInt(answer.next_offset) }
}
