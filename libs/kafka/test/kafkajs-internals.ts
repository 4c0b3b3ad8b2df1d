import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

interface Encoded {
  buffer: Buffer
}
interface ProduceRequest {
  apiName: string
  encodeRequest?: (header: object) => Encoded | undefined
}
export interface GroupArguments<T> {
  topic: string
  partitionMetadata: object[]
  messages: T[]
  partitioner: (arguments_: { message: T }) => number
}

/** The parts of kafkajs that our patch changes. */
export interface Internals {
  createRequest: (request: {
    correlationId: number
    clientId: string | null
    request: ProduceRequest
  }) => Promise<Encoded>
  produce: (version: number) => (options: object) => { request: ProduceRequest }
  group: <T>(arguments_: GroupArguments<T>) => Record<string, T[]>
  RequestQueue: new (options: object) => RequestQueue
  crc32C: (bytes: Buffer) => number
  slicingBy8: (bytes: Buffer, start: number, end: number) => number
  Record: (record: object) => object
  recordBatch: { RecordBatch: (batch: object) => Promise<Encoded> }
  decodeRecordBatch: (decoder: Decoder) => Promise<{ records: object[] }>
  decodePlainRecords: (decoder: Decoder, context: object) => object[] | undefined
  decodeRecord: (decoder: Decoder, context: object) => object
  Decoder: new (bytes: Buffer) => Decoder
}
interface Decoder {
  offset: number
  readVarIntBytes(): Buffer
  readArray<T>(read: (decoder: Decoder) => T): T[]
}
interface RequestQueue {
  push(request: object): void
  fulfillRequest(response: { correlationId: number; size: number; payload: Buffer }): void
  maybeThrottle(ms: number): void
  destroy(): void
}

const paths = {
  createRequest: 'kafkajs/src/protocol/request',
  produceRequests: 'kafkajs/src/protocol/requests/produce',
  group: 'kafkajs/src/producer/groupMessagesPerPartition',
  RequestQueue: 'kafkajs/src/network/requestQueue',
  crc32C: 'kafkajs/src/protocol/recordBatch/crc32C',
  slicingBy8: 'kafkajs/src/protocol/recordBatch/crc32C/slicingBy8',
  Record: 'kafkajs/src/protocol/recordBatch/record/v0',
  recordBatch: 'kafkajs/src/protocol/recordBatch/v0',
  decodeRecordBatch: 'kafkajs/src/protocol/recordBatch/v0/decoder',
  decodePlainRecords: 'kafkajs/src/protocol/recordBatch/v0/plainRecords',
  decodeRecord: 'kafkajs/src/protocol/recordBatch/record/v0/decoder',
  Decoder: 'kafkajs/src/protocol/decoder',
}
type Loaded = Omit<Internals, 'produce'> & {
  produceRequests: { protocol: (version: { version: number }) => (options: object) => { request: ProduceRequest } }
}

/** As the app gets them when it runs from the source. */
export function fromModules(): Internals {
  const load = createRequire(import.meta.url)
  return internals(Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, load(path)])) as Loaded)
}

/** As the app gets them when it runs from its bundle, which no require-cache trick would reach. */
export async function fromBundle(): Promise<Internals> {
  const folder = mkdtempSync(join(tmpdir(), 'kafkajs-bundle-'))
  const outfile = join(folder, 'kafkajs.cjs')
  const contents = `module.exports = { ${Object.entries(paths)
    .map(([name, path]) => `${name}: require('${path}')`)
    .join(', ')} }`
  const stdin = { contents, resolveDir: import.meta.dirname }
  await build({
    stdin,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'error',
  })
  const loaded = createRequire(import.meta.url)(outfile) as Loaded
  rmSync(folder, { recursive: true })
  return internals(loaded)
}

function internals({ produceRequests, ...rest }: Loaded): Internals {
  return { ...rest, produce: (version) => produceRequests.protocol({ version }) }
}
