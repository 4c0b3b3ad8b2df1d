import type { Receipt } from '@ads-tracker/sdk'

const reasons: Record<NonNullable<Receipt['reason']>, string> = {
  undecodable: 'its bytes could not be read',
  schema_invalid: 'it did not have the form of an event',
  unknown_ad: 'it names an ad that did not exist',
  rejected_by_database: 'the database did not accept its values',
}

/** What became of an event, in sentences. */
export function storyOf(receipt: Receipt): string[] {
  const { type, status, ad_id, duplicates, conflicts, reason, replayed_at } = receipt
  const sentences: string[] = []
  if (status === 'counted') sentences.push(`The ${type} was accepted and counted once, for ad ${ad_id}.`)
  else {
    const ad = ad_id === null ? '' : ` for ad ${ad_id}`
    sentences.push(
      `The ${type}${ad} was accepted and could not be counted${reason ? `, because ${reasons[reason]}` : ''}.`,
      replayed_at
        ? `It was replayed on ${new Date(replayed_at).toUTCString()}.`
        : 'It is kept as a dead letter and can be counted after the cause is fixed.',
    )
  }
  if (duplicates > 0)
    sentences.push(`It was sent again ${times(duplicates)} with the same content: that changed nothing.`)
  if (conflicts > 0)
    sentences.push(
      `It was sent again ${times(conflicts)} with other content: the first one counts, the others are kept.`,
    )
  if (status === 'counted' && duplicates + conflicts === 0) sentences.push('It was sent once.')
  return sentences
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
