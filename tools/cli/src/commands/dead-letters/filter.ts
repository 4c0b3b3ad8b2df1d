import type { DeadLetterFilter, Position } from '@ads-tracker/data'
import type { DeadLetterReason } from '@ads-tracker/events'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { time, wholeNumber } from '../parse-options.ts'

const reasons = ['undecodable', 'schema_invalid', 'unknown_ad', 'rejected_by_database'] satisfies DeadLetterReason[]

export interface FilterOptions {
  reason?: DeadLetterReason
  topic?: string
  partition?: number
  eventId?: string
  from?: Date
  to?: Date
}

export function withFilter(command: Command): Command {
  return command
    .addOption(new Option('--reason <reason>').choices(reasons))
    .option('--topic <topic>')
    .option('--partition <number>', 'its number', wholeNumber)
    .option('--event-id <uuid>', 'id of the event', uuid)
    .option('--from <time>', 'arrived at or after it (RFC 3339)', time)
    .option('--to <time>', 'arrived before it (RFC 3339)', time)
}

export function toFilter({ reason, topic, partition, eventId, from, to }: FilterOptions): DeadLetterFilter {
  const filter = { reason, topic, partition, eventId, arrivedFrom: from, arrivedBefore: to }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

export function toPosition(text: string): Position {
  const match = /^(.+)\/(\d{1,9})\/(\d{1,18})$/.exec(text)
  if (!match) throw new InvalidArgumentError('It must be TOPIC/PARTITION/OFFSET, as list prints it.')
  return { topic: match[1] as string, partition: Number(match[2]), offset: BigInt(match[3] as string) }
}

function uuid(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new InvalidArgumentError('It must be a UUID.')
  return text.toLowerCase()
}
