import { measureBatch, type OutgoingRecord, writeBatch } from './record-batch.ts'
import { writeString } from './write.ts'

export interface ProduceRequest {
  apiVersion: number
  correlationId: number
  clientId: string
  /** Milliseconds that the broker may wait for its replicas. */
  timeout: number
  topics: { topic: string; partition: number; records: OutgoingRecord[] }[]
}

/** Versions of the request that have this format. */
export const produceVersions = { min: 3, max: 7 }

const apiKey = 0
const allReplicas = -1
const requestHeader = 14 // size, api key, api version, correlation id, length of the client id
const produceHeader = 12 // no transactional id, acks, timeout, number of topics
const topicHeader = 6 // length of the name, number of partitions
const partitionHeader = 8 // partition, size of the record set

/**
 * A request, written once into one buffer of its exact size. kafkajs allocates 512 zeroed bytes for each record and copies
 * each record five times. https://kafka.apache.org/protocol#The_Messages_Produce
 */
export function encodeProduceRequest({ topics, clientId, ...request }: ProduceRequest): Buffer {
  let size = requestHeader + Buffer.byteLength(clientId) + produceHeader
  const measured = topics.map(({ topic, partition, records }) => {
    const batch = measureBatch(records)
    size += topicHeader + Buffer.byteLength(topic) + partitionHeader + batch.size
    return { topic, partition, batch }
  })

  const buffer = Buffer.allocUnsafe(size)
  let offset = buffer.writeInt32BE(size - 4, 0)
  offset = buffer.writeInt16BE(apiKey, offset)
  offset = buffer.writeInt16BE(request.apiVersion, offset)
  offset = buffer.writeInt32BE(request.correlationId, offset)
  offset = writeString(buffer, offset, clientId)
  offset = writeString(buffer, offset, null) // transactional id
  offset = buffer.writeInt16BE(allReplicas, offset)
  offset = buffer.writeInt32BE(request.timeout, offset)
  offset = buffer.writeInt32BE(topics.length, offset)
  for (const { topic, partition, batch } of measured) {
    offset = writeString(buffer, offset, topic)
    offset = buffer.writeInt32BE(1, offset)
    offset = buffer.writeInt32BE(partition, offset)
    offset = buffer.writeInt32BE(batch.size, offset)
    offset = writeBatch(buffer, offset, batch)
  }
  return buffer
}
