import { type Database, getDeadLetter, type Position } from '@ads-tracker/data'
import { nameOf } from './list.ts'

interface ShowOptions {
  database: Database
  position: Position
  print: (line: string) => void
}

/** Prints everything that is known of one dead letter; bytes that are not text as base64. */
export async function show({ database, position, print }: ShowOptions): Promise<void> {
  const letter = await getDeadLetter(database, position)
  if (!letter) throw new Error(`there is no dead letter ${nameOf(position)}`)
  const { key, value, arrivedAt, replayedAt, eventId, type, reason, detail, headers, repeats } = letter
  const shown = {
    position: nameOf(letter),
    type,
    reason,
    detail,
    event_id: eventId,
    arrived_at: arrivedAt,
    replayed_at: replayedAt,
    came_again: Number(repeats),
    headers,
  }
  print(JSON.stringify({ ...shown, key: readable(key), value: readable(value) }, null, 2))
}

function readable(bytes: Buffer | null): string | { base64: string } | null {
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString('base64') }
}
