import type { Admin, Consumer, ConsumerConfig, Kafka, PartitionMetadata, Producer, ProducerConfig } from 'kafkajs'

// Internals of kafkajs 2.2.4 that we use in addition to its API; kafkajs publishes no types for them.

/** A request and the decoder of its response, in the version that the broker and kafkajs agreed on. */
export interface Exchange {
  request: { apiKey: number; apiVersion: number; apiName: string }
  response: { decode(bytes: Buffer): Promise<object>; parse(decoded: object): Promise<object> }
  requestTimeout?: number
}
export type Protocol = (parameters: object) => Exchange

export interface Connection {
  clientId: string
  /** Set if the brokers require authentication. */
  sasl?: object | null
  socket: { write(bytes: Buffer): void }
  requestQueue: {
    push(request: PushedRequest): void
    maybeThrottle(ms: number | undefined): void
  }
  isConnected(): boolean
  isAuthenticated(): boolean
  nextCorrelationId(): number
}
interface PushedRequest {
  entry: {
    apiKey: number
    apiName: string
    apiVersion: number
    correlationId: number
    resolve(response: { payload: Buffer }): void
    reject(error: Error): void
  }
  expectResponse: boolean
  requestTimeout: number | null
  sendRequest(): void
}

export interface Broker {
  connectionPool: { pool: Connection[] }
  lookupRequest(apiKey: number, definition: object): Protocol
  leaveGroup(member: { groupId: string; memberId: string }): Promise<void>
  disconnect(): Promise<void>
}

export interface Cluster {
  brokerPool: {
    metadata?: { topicMetadata: { topic: string; partitionMetadata: PartitionMetadata[] }[] }
    /** Milliseconds since the epoch. */
    metadataExpireAt?: number | null
    brokers: Record<number, Broker>
  }
  findBroker(options: { nodeId: number }): Promise<Broker>
  findGroupCoordinator(options: { groupId: string }): Promise<Broker>
}

/** Creates a producer, a consumer or an admin, and returns it with the cluster that kafkajs created for it. */
export function openProducer(kafka: Kafka, options: ProducerConfig): { producer: Producer; cluster: Cluster } {
  const seen = observe(kafka)
  const producer = seen.kafka.producer(options)
  return { producer, cluster: seen.cluster() }
}

export function openConsumer(kafka: Kafka, options: ConsumerConfig): { consumer: Consumer; cluster: Cluster } {
  const seen = observe(kafka)
  const consumer = seen.kafka.consumer(options)
  return { consumer, cluster: seen.cluster() }
}

export function openAdmin(kafka: Kafka): { admin: Admin; cluster: Cluster } {
  const seen = observe(kafka)
  const admin = seen.kafka.admin()
  return { admin, cluster: seen.cluster() }
}

// The method that creates clusters has a symbol as its name, which kafkajs does not export.
function observe(kafka: Kafka) {
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  if (name === undefined)
    throw new Error('this is not kafkajs 2.2.4, whose internals libs/kafka uses: install that version')
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[name]!
  let made: Cluster | undefined
  const observed = Object.create(kafka, { [name]: { value: (options: object) => (made = create(options)) } }) as Kafka
  return {
    kafka: observed,
    cluster() {
      if (made === undefined) throw new Error('kafkajs made no cluster: this is not version 2.2.4')
      return made
    },
  }
}
