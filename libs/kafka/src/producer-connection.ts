import type { Kafka, Message, PartitionerArgs, PartitionMetadata, Producer, ProducerBatch } from 'kafkajs'
import { withDeadline } from './deadline.ts'

export interface ProducerConnection {
  /** Resolves when all in-sync replicas have the messages. Each call goes to one partition of each topic, the next call to the next. */
  send(topicMessages: { topic: string; messages: Message[] }[]): Promise<void>
  close(): Promise<void>
}

/** kafkajs with our patch. */
interface PatchedProducer extends Producer {
  /** One request, one partition for each topic, no retry; undefined when that is not possible at once. */
  sendTogether?: (batch: ProducerBatch) => Promise<unknown> | undefined
}

/** Connects at once, so that the first event does not wait for it, and anew when the broker hangs. */
export function connectProducer(kafka: () => Kafka, deadlineMs: number): ProducerConnection {
  let turn = 0
  let failures = 0
  let connection: Promise<Producer> | undefined = connect()
  return { send, close }

  async function send(topicMessages: { topic: string; messages: Message[] }[]): Promise<void> {
    turn += 1
    const mine = (connection ??= connect())
    try {
      const work = mine.then((producer) => deliver(producer, { acks: -1, timeout: deadlineMs, topicMessages }))
      await withDeadline(work, deadlineMs, 'the broker')
      failures = 0
    } catch (error) {
      failures += 1
      // kafkajs repeats on the same socket, which a broker that hung may never read again
      if (failures >= 2) drop(mine)
      throw error
    }
  }

  // The short way tries once; after a failure kafkajs' own looks for leaders and connects again.
  function deliver(producer: PatchedProducer, batch: ProducerBatch): Promise<unknown> {
    return (failures === 0 ? producer.sendTogether?.(batch) : undefined) ?? producer.sendBatch(batch)
  }

  function connect(): Promise<Producer> {
    const producer = kafka().producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      createPartitioner: onePartitionPerTurn,
    })
    const connected = producer.connect().then(() => producer)
    connected.catch(() => drop(connected))
    return connected
  }

  // Asked for every record, but each topic's answer holds for the whole batch.
  function onePartitionPerTurn() {
    const chosen = new Map<string, { turn: number; metadata: PartitionMetadata[]; partition: number }>()
    return ({ topic, partitionMetadata: metadata }: PartitionerArgs) => {
      const known = chosen.get(topic)
      if (known?.turn === turn && known.metadata === metadata) return known.partition
      const available = metadata.filter(({ leader }) => leader >= 0)
      const usable = available.length > 0 ? available : metadata
      const partition = usable[turn % usable.length]?.partitionId ?? 0
      chosen.set(topic, { turn, metadata, partition })
      return partition
    }
  }

  // Without waiting: a hung broker never answers a goodbye.
  function drop(broken: Promise<Producer>) {
    if (connection !== broken) return
    connection = undefined
    failures = 0
    broken.then((producer) => producer.disconnect()).catch(() => {})
  }

  async function close() {
    const last = connection
    connection = undefined
    if (last)
      await withDeadline(
        last.then((producer) => producer.disconnect()),
        1000,
        'disconnecting',
      ).catch(() => {})
  }
}
