import type { Batch, IHeaders, KafkaMessage } from 'kafkajs'
import { FetchedRecords } from './fast-path/fetch-response.ts'

export interface ConsumedRecord {
  offset: bigint
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
  /** The broker's clock (LogAppendTime), Unix milliseconds. */
  timestamp: number
}

/** A batch from kafkajs, with its own messages or with those of the fast path. */
export interface FetchedBatch extends Pick<Batch, 'topic' | 'partition'> {
  messages: (KafkaMessage | FetchedRecords)[]
  /** The requested offset. A broker returns whole batches, which may begin before it. */
  fetchedOffset?: string
}

export function recordsOf({ messages, fetchedOffset = '0' }: FetchedBatch): ConsumedRecord[] {
  const [first] = messages
  if (first instanceof FetchedRecords) return since(first.records, BigInt(fetchedOffset))
  return (messages as KafkaMessage[]).map(({ offset, key, value, headers, timestamp }) => ({
    offset: BigInt(offset),
    key,
    value,
    headers: textHeaders(headers),
    timestamp: Number(timestamp),
  }))
}

// Records are in the order of their offsets.
function since(records: ConsumedRecord[], from: bigint): ConsumedRecord[] {
  const index = records.findIndex(({ offset }) => offset >= from)
  return index === 0 ? records : index < 0 ? [] : records.slice(index)
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    text[name] = (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? ''
  }
  return text
}
