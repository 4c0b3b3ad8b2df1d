import { createRequire } from 'node:module'
import { join } from 'node:path'
import { requireBundle } from './bundled.ts'

interface Encoded {
  buffer: Buffer
}
interface ProduceExchange {
  request: { apiName: string }
}
interface FetchExchange {
  response: { decode(bytes: Buffer): Promise<object> }
}
export interface GroupArguments<T> {
  topic: string
  partitionMetadata: object[]
  messages: T[]
  partitioner: (arguments_: { message: T }) => number
}

/** The parts of kafkajs that our patch changes, or that our own code is compared with. */
export interface Internals {
  createRequest: (request: { correlationId: number; clientId: string; request: object }) => Promise<Encoded>
  produce: Protocols<ProduceExchange>
  fetch: Protocols<FetchExchange>
  group: <T>(arguments_: GroupArguments<T>) => Record<string, T[]>
  RequestQueue: new (options: object) => RequestQueue
  crc32C: (bytes: Buffer) => number
  Record: (record: object) => object
  recordBatch: { RecordBatch: (batch: object) => Promise<Encoded> }
  Batch: new (topic: string, fetchedOffset: string, partition: object) => { messages: object[]; lastOffset(): string }
}
interface Protocols<Exchange> {
  protocol: (version: { version: number }) => (options: object) => Exchange
}
interface RequestQueue {
  push(request: object): void
  fulfillRequest(response: { correlationId: number; size: number; payload: Buffer }): void
  maybeThrottle(ms: number): void
  destroy(): void
}

const paths = {
  createRequest: 'kafkajs/src/protocol/request',
  produce: 'kafkajs/src/protocol/requests/produce',
  fetch: 'kafkajs/src/protocol/requests/fetch',
  group: 'kafkajs/src/producer/groupMessagesPerPartition',
  RequestQueue: 'kafkajs/src/network/requestQueue',
  crc32C: 'kafkajs/src/protocol/recordBatch/crc32C',
  Record: 'kafkajs/src/protocol/recordBatch/record/v0',
  recordBatch: 'kafkajs/src/protocol/recordBatch/v0',
  Batch: 'kafkajs/src/consumer/batch',
}

/** As the app gets them when it runs from the source. */
export function fromModules(): Internals {
  const load = createRequire(import.meta.url)
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, load(path)])) as unknown as Internals
}

/** As the app gets them when it runs from its bundle, which a change in the require cache would not reach. */
export function fromBundle(): Promise<Internals> {
  const exported = Object.entries(paths).map(([name, path]) => `${name}: require('${path}')`)
  return requireBundle<Internals>(`module.exports = { ${exported.join(', ')} }`, join(import.meta.dirname, '..'))
}
