import {
  countDeadLetters,
  type Database,
  type DeadLetter,
  type DeadLetterFilter,
  listDeadLetters,
} from '@ads-tracker/data'

interface ListOptions {
  database: Database
  filter: DeadLetterFilter
  limit: number
  print: (line: string) => void
}

/** Prints one line for each dead letter, and how many there are of each reason. */
export async function list({ database, filter, limit, print }: ListOptions): Promise<void> {
  const counts = await countDeadLetters(database, filter)
  const letters = await listDeadLetters(database, filter, { limit })
  for (const letter of letters) print(lineOf(letter))
  const total = counts.reduce((sum, { total }) => sum + total, 0)
  if (total > letters.length) print(`... and ${total - letters.length} more (--limit)`)
  print(
    total === 0
      ? 'no dead letters'
      : `${total} dead letters: ${counts.map(({ reason, total }) => `${reason} ${total}`).join(', ')}`,
  )
}

export function nameOf({ topic, partition, offset }: Pick<DeadLetter, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`
}

function lineOf(letter: DeadLetter): string {
  const replayed = letter.replayedAt ? ` replayed ${letter.replayedAt.toISOString()}` : ''
  return `${nameOf(letter)}  ${letter.arrivedAt.toISOString()}  ${letter.reason}  ${letter.eventId ?? 'no readable id'}  ${letter.detail}${replayed}`
}
