import { parseArgs } from 'node:util'
import type { DeadLetterFilter, Position } from '@ads-tracker/data'
import type { DeadLetterReason } from '@ads-tracker/events'
import { UsageError } from '@ads-tracker/service-kit'

export type Command =
  | { name: 'list'; filter: DeadLetterFilter; limit: number }
  | { name: 'show'; position: Position }
  | { name: 'replay'; filter: DeadLetterFilter; dryRun: boolean }

export const usage = `npm run dead-letters -- list   [filters] [--all] [--limit N]     what could not be counted
npm run dead-letters -- show   TOPIC/PARTITION/OFFSET            one of them, with its bytes
npm run dead-letters -- replay [filters] [--dry-run]             sends them through Kafka once more

filters: --reason undecodable|schema_invalid|unknown_ad|rejected_by_database  --topic T  --partition N
         --event-id UUID  --from TIME  --to TIME (of arrival, RFC 3339)
Without --all, list shows those that were not replayed.`

const reasons: string[] = [
  'undecodable',
  'schema_invalid',
  'unknown_ad',
  'rejected_by_database',
] satisfies DeadLetterReason[]
const options = {
  reason: { type: 'string' },
  topic: { type: 'string' },
  partition: { type: 'string' },
  'event-id': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const

/** @throws UsageError */
export function readArguments(args: string[]): Command {
  const { values, positionals } = parse(args)
  const [name, position] = positionals
  const filter: DeadLetterFilter = {
    ...(values.reason !== undefined && { reason: oneOf(values.reason) }),
    ...(values.topic !== undefined && { topic: values.topic }),
    ...(values.partition !== undefined && { partition: whole('--partition', values.partition) }),
    ...(values['event-id'] !== undefined && { eventId: uuid(values['event-id']) }),
    ...(values.from !== undefined && { arrivedFrom: time('--from', values.from) }),
    ...(values.to !== undefined && { arrivedBefore: time('--to', values.to) }),
  }
  if (name === 'list')
    return { name, filter: { ...filter, pending: !values.all }, limit: whole('--limit', values.limit ?? '100') }
  if (name === 'show') return { name, position: toPosition(position) }
  if (name === 'replay') return { name, filter: { ...filter, pending: true }, dryRun: values['dry-run'] ?? false }
  throw wrong(name === undefined ? 'a command is missing' : `there is no command ${name}`)
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function wrong(reason: string): UsageError {
  return new UsageError(reason, usage)
}

function oneOf(reason: string): DeadLetterReason {
  if (!reasons.includes(reason)) throw wrong(`--reason must be one of ${reasons.join(', ')}`)
  return reason as DeadLetterReason
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw wrong(`${name} must be a whole number`)
  return Number(text)
}

function uuid(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw wrong('--event-id must be a UUID')
  return text.toLowerCase()
}

function time(name: string, text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw wrong(`${name} must be a time such as 2026-01-31T12:00:00Z`)
  return date
}

function toPosition(text = ''): Position {
  const match = /^(.+)\/(\d{1,9})\/(\d{1,18})$/.exec(text)
  if (!match) throw wrong('show needs TOPIC/PARTITION/OFFSET, as list prints it')
  return { topic: match[1] as string, partition: Number(match[2]), offset: BigInt(match[3] as string) }
}
