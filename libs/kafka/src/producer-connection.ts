import type { PartitionerArgs, PartitionMetadata, Producer } from 'kafkajs'
import type { Kafka } from './client.ts'
import { withDeadline } from './deadline.ts'
import { openProducer } from './kafkajs-internals.ts'
import { createSendOnce, type TopicRecords } from './fast-path/send-once.ts'

interface ProducerConnection {
  /** Resolves when all in-sync replicas have the messages. Each call goes to one partition of each topic, the next call to the next. */
  send(topicMessages: TopicRecords[]): Promise<void>
  close(): Promise<void>
}

/** A kafkajs producer, and `sendOnce` if the fast path is on. */
interface Connection {
  producer: Producer
  sendOnce?: ReturnType<typeof createSendOnce>
}

/** Connects at once, so that the first event does not wait, and again when the broker hangs. */
export function connectProducer(kafka: () => Kafka, deadlineMs: number): ProducerConnection {
  let turn = 0
  let failures = 0
  let connection: Promise<Connection> | undefined = connect()
  return { send, close }

  async function send(topicMessages: TopicRecords[]): Promise<void> {
    turn += 1
    const mine = (connection ??= connect())
    try {
      const work = mine.then((open) => deliver(open, topicMessages))
      await withDeadline(work, deadlineMs, 'the broker')
      failures = 0
    } catch (error) {
      failures += 1
      // kafkajs retries on the same socket, which a hung broker may never read again
      if (failures >= 2) drop(mine)
      throw error
    }
  }

  // `sendOnce` does not retry. After a failure kafkajs finds the leaders and connects again.
  function deliver({ producer, sendOnce }: Connection, topicMessages: TopicRecords[]): Promise<unknown> {
    const sent = failures === 0 ? sendOnce?.(topicMessages, deadlineMs) : undefined
    return sent ?? producer.sendBatch({ acks: -1, timeout: deadlineMs, topicMessages })
  }

  function connect(): Promise<Connection> {
    const opened = open(kafka())
    const connected = opened.producer.connect().then(() => opened)
    connected.catch(() => drop(connected))
    return connected
  }

  function open(client: Kafka): Connection {
    const partitioner = onePartitionPerTurn()
    const options = {
      idempotent: false,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      createPartitioner: () => partitioner,
    }
    if (!client.fastPath) return { producer: client.producer(options) }
    const { producer, cluster } = openProducer(client, options)
    return { producer, sendOnce: createSendOnce(cluster, partitioner) }
  }

  // Called for every record; the result for a topic is kept for the whole batch.
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

  // Does not wait: a hung broker never answers.
  function drop(broken: Promise<Connection>) {
    if (connection !== broken) return
    connection = undefined
    failures = 0
    broken.then(({ producer }) => producer.disconnect()).catch(() => {})
  }

  async function close() {
    const last = connection
    connection = undefined
    if (last)
      await withDeadline(
        last.then(({ producer }) => producer.disconnect()),
        1000,
        'disconnecting',
      ).catch(() => {})
  }
}
