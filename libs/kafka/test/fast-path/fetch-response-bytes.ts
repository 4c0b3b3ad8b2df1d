import { fromModules } from '../kafkajs-internals.ts'

const { recordBatch } = fromModules()
const attributesAt = 21
const maxTimestampAt = 35

/** A response of version 11 with these sets of records, of partition 0, 1 and so on. */
export function fetchResponse(topic: string, recordSets: Buffer[]): Buffer {
  const name = Buffer.from(topic)
  return Buffer.concat([
    int32(0), // throttle time
    int16(0), // error code
    int32(0), // session id
    int32(1), // topics
    int16(name.length),
    name,
    int32(recordSets.length),
    ...recordSets.flatMap((records, partition) => [
      int32(partition),
      int16(0), // error code
      int64(1000n), // high watermark
      int64(1000n), // last stable offset
      int64(0n), // log start offset
      int32(-1), // aborted transactions
      int32(-1), // preferred read replica
      int32(records.length),
      records,
    ]),
  ])
}

export interface BatchOptions {
  firstOffset?: bigint
  firstTimestamp?: number
  /** The broker's clock (LogAppendTime). */
  appendedAt?: number
}

/** A batch around records that kafkajs or the test encoded, as a broker stores it. */
export async function batchOf(
  records: Buffer[],
  { firstOffset = 0n, firstTimestamp = 1_764_000_000_000, appendedAt }: BatchOptions = {},
): Promise<Buffer> {
  const { buffer } = await recordBatch.RecordBatch({
    records: records.map((buffer) => ({ buf: buffer, buffer, size: () => buffer.length })),
    firstTimestamp,
    maxTimestamp: firstTimestamp,
    lastOffsetDelta: records.length - 1,
  })
  buffer.writeBigInt64BE(firstOffset, 0)
  if (appendedAt !== undefined) {
    buffer.writeInt16BE(8, attributesAt)
    buffer.writeBigInt64BE(BigInt(appendedAt), maxTimestampAt)
  }
  return Buffer.from(buffer)
}

/** Zigzag, as far as a double is exact. */
export function varInt(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  const bytes: number[] = []
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
