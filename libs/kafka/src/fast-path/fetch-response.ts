import type { ConsumedRecord } from '../consumed-record.ts'
import { CorruptRecordError } from './corrupt-record-error.ts'
import { readBatches } from './read-batches.ts'

/** The version that kafkajs 2.2.4 uses with every broker since Kafka 2.3. */
export const fetchVersion = 11

/**
 * All records of a partition in a response, instead of the messages that kafkajs would create. kafkajs reads only the offset.
 */
export class FetchedRecords {
  readonly isControlRecord = false
  /** Offset of the last record. */
  readonly offset: string
  readonly records: ConsumedRecord[]

  constructor(records: ConsumedRecord[], lastOffset: number) {
    this.records = records
    this.offset = String(lastOffset)
  }
}

interface Partition {
  partition: number
  errorCode: number
  highWatermark: string
  lastStableOffset: string
  lastStartOffset: string
  abortedTransactions: never[]
  preferredReadReplica: number
  messages: FetchedRecords[]
}

interface FetchResponse {
  throttleTime: 0
  clientSideThrottleTime: number
  errorCode: number
  sessionId: number
  responses: { topicName: string; partitions: Partition[] }[]
}

/**
 * Decodes a response of version 11. Returns undefined if it has something that only kafkajs can decode.
 * https://kafka.apache.org/protocol#The_Messages_Fetch
 * @throws CorruptRecordError
 */
export function decodeFetchResponse(bytes: Buffer): FetchResponse | undefined {
  let at = 0
  const clientSideThrottleTime = readInt32()
  const errorCode = readInt16()
  const sessionId = readInt32()
  const responses: FetchResponse['responses'] = []
  for (let topics = readInt32(); topics > 0; topics--) {
    const topicName = readString()
    const partitions: Partition[] = []
    for (let count = readInt32(); count > 0; count--) {
      const partition = readPartition(topicName)
      if (partition === undefined) return undefined
      partitions.push(partition)
    }
    responses.push({ topicName, partitions })
  }
  // 0: since version 8 the broker responds at once and the client waits
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses }

  function readPartition(topic: string): Partition | undefined {
    const partition = readInt32()
    const head = {
      partition,
      errorCode: readInt16(),
      highWatermark: readInt64(),
      lastStableOffset: readInt64(),
      lastStartOffset: readInt64(),
    }
    const abortedTransactions = readInt32()
    if (abortedTransactions > 0) return undefined
    const preferredReadReplica = readInt32()
    const size = readInt32()
    const end = at + Math.max(0, size)
    try {
      if (end > bytes.length)
        throw new CorruptRecordError(`${size} bytes of records where ${bytes.length - at} are left`)
      const read = readBatches(bytes, at, end)
      if (read === undefined) return undefined
      at = end
      const messages = read.records.length > 0 ? [new FetchedRecords(read.records, read.lastOffset)] : []
      return { ...head, abortedTransactions: [], preferredReadReplica, messages }
    } catch (error) {
      if (!(error instanceof CorruptRecordError)) throw error
      throw new CorruptRecordError(
        `${topic}/${partition} has a corrupt record; restore its log from another replica: ${error.message}`,
        { cause: error },
      )
    }
  }

  function readInt16(): number {
    at += 2
    return bytes.readInt16BE(at - 2)
  }

  function readInt32(): number {
    at += 4
    return bytes.readInt32BE(at - 4)
  }

  function readInt64(): string {
    at += 8
    return String(bytes.readBigInt64BE(at - 8))
  }

  function readString(): string {
    const size = readInt16()
    at += size
    return bytes.toString('utf8', at - size, at)
  }
}
