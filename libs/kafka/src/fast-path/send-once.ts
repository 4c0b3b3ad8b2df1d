import produce from 'kafkajs/src/protocol/requests/produce/index.js'
import type { PartitionerArgs } from 'kafkajs'
import type { Cluster, Connection, Exchange } from '../kafkajs-internals.ts'
import { encodeProduceRequest, produceVersions, type ProduceRequest } from './produce-request.ts'
import type { OutgoingRecord } from './record-batch.ts'

export interface TopicRecords {
  topic: string
  messages: OutgoingRecord[]
}

const apiKey = 0

/**
 * Sends all records of a topic to the partition that `partitioner` returns, in a single request and without a retry. Returns
 * undefined if that is not possible at once: metadata missing or expired, several leaders, no connection. Use `sendBatch` of
 * kafkajs then; it takes locks and some twenty promises for each batch.
 */
export function createSendOnce(cluster: Cluster, partitioner: (args: PartitionerArgs) => number) {
  return function sendOnce(topicRecords: TopicRecords[], timeout: number): Promise<void> | undefined {
    const { brokers } = cluster.brokerPool
    const topics: ProduceRequest['topics'] = []
    let leader: number | undefined
    for (const { topic, messages } of topicRecords) {
      const partitionMetadata = freshMetadata(topic)
      const [message] = messages
      if (partitionMetadata === undefined || message === undefined) return undefined
      const partition = partitioner({ topic, partitionMetadata, message })
      const found = partitionMetadata.find(({ partitionId }) => partitionId === partition)
      if (!found || found.leader < 0 || (leader !== undefined && found.leader !== leader)) return undefined
      leader = found.leader
      topics.push({ topic, partition, records: messages })
    }

    const broker = leader === undefined ? undefined : brokers[leader]
    const [connection] = broker?.connectionPool.pool ?? []
    // kafkajs renews an authentication that is about to expire
    if (!broker || !connection?.isConnected() || (connection.sasl && !connection.isAuthenticated())) return undefined
    const exchange = broker.lookupRequest(apiKey, produce)({ acks: -1, timeout, topicData: [] })
    const { apiVersion } = exchange.request
    if (apiVersion < produceVersions.min || apiVersion > produceVersions.max) return undefined
    return send(connection, exchange, { apiVersion, timeout, topics }).catch((error: Error) => {
      // as kafkajs does, so that its next attempt connects again
      if (error.name === 'KafkaJSConnectionClosedError') void broker.disconnect()
      throw error
    })
  }

  function freshMetadata(topic: string) {
    const { metadata, metadataExpireAt } = cluster.brokerPool
    if (!metadata || !metadataExpireAt || Date.now() > metadataExpireAt) return undefined
    return metadata.topicMetadata.find((known) => known.topic === topic)?.partitionMetadata
  }
}

async function send(
  connection: Connection,
  { request, response }: Exchange,
  what: Pick<ProduceRequest, 'apiVersion' | 'timeout' | 'topics'>,
): Promise<void> {
  const correlationId = connection.nextCorrelationId()
  const bytes = encodeProduceRequest({ ...what, correlationId, clientId: connection.clientId })
  const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { ...request, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => connection.socket.write(bytes),
    })
  })
  const decoded: { clientSideThrottleTime?: number } = await response.decode(payload)
  connection.requestQueue.maybeThrottle(decoded.clientSideThrottleTime)
  // throws if the broker rejected the request
  await response.parse(decoded)
}
