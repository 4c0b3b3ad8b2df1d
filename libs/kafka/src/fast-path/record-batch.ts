import { crc32c } from './crc32c.ts'
import { sizeOfVarInt, sizeWithLength, writeVarInt, writeWithLength } from './write.ts'

/** A record to send. Without a timestamp, because the broker sets it (LogAppendTime). */
export interface OutgoingRecord {
  key: string
  value: Buffer | string
  headers: Record<string, string>
}

interface MeasuredBatch {
  records: OutgoingRecord[]
  size: number
  /** For each record: the size of its body, of its key and of its value. */
  sizes: number[]
}

const headerSize = 61
const sizeAt = 8
const checksumAt = 17

/** Computes the sizes before anything is written, so that one buffer is enough. https://kafka.apache.org/documentation/#recordbatch */
export function measureBatch(records: OutgoingRecord[]): MeasuredBatch {
  const sizes: number[] = []
  let size = headerSize
  for (let i = 0; i < records.length; i++) {
    const { key, value, headers } = records[i]!
    const keySize = Buffer.byteLength(key)
    const valueSize = Buffer.byteLength(value)
    const body = 2 + sizeOfVarInt(i) + sizeWithLength(keySize) + sizeWithLength(valueSize) + sizeOfHeaders(headers)
    sizes.push(body, keySize, valueSize)
    size += sizeWithLength(body)
  }
  return { records, size, sizes }
}

/** Writes the batch and returns where it ends. */
export function writeBatch(buffer: Buffer, at: number, batch: MeasuredBatch): number {
  const end = at + batch.size
  writeHeader(buffer, at, batch)
  writeRecords(buffer, at + headerSize, batch)
  // the checksum covers everything after it
  buffer.writeUInt32BE(crc32c(buffer, at + checksumAt + 4, end), at + checksumAt)
  return end
}

function writeHeader(buffer: Buffer, at: number, { records, size }: MeasuredBatch): void {
  const now = BigInt(Date.now())
  let offset = buffer.writeBigInt64BE(0n, at) // first offset, which the broker sets
  offset = buffer.writeInt32BE(size - sizeAt - 4, offset)
  offset = buffer.writeInt32BE(0, offset) // leader epoch, which the broker sets
  offset = buffer.writeInt8(2, offset) // version of the format
  offset = buffer.writeInt32BE(0, offset) // checksum, written last
  offset = buffer.writeInt16BE(0, offset) // attributes: no compression, no transaction
  offset = buffer.writeInt32BE(records.length - 1, offset) // last offset delta
  offset = buffer.writeBigInt64BE(now, offset) // first timestamp
  offset = buffer.writeBigInt64BE(now, offset) // last timestamp
  offset = buffer.writeBigInt64BE(-1n, offset) // producer id: not idempotent
  offset = buffer.writeInt16BE(0, offset) // producer epoch
  offset = buffer.writeInt32BE(0, offset) // first sequence number
  buffer.writeInt32BE(records.length, offset)
}

function writeRecords(buffer: Buffer, at: number, { records, sizes }: MeasuredBatch): void {
  let offset = at
  for (let i = 0; i < records.length; i++) {
    const { key, value, headers } = records[i]!
    offset = writeVarInt(buffer, offset, sizes[3 * i]!)
    buffer[offset++] = 0 // attributes
    buffer[offset++] = 0 // timestamp delta: all records of a batch have its timestamp
    offset = writeVarInt(buffer, offset, i)
    offset = writeWithLength(buffer, offset, key, sizes[3 * i + 1]!)
    offset = writeWithLength(buffer, offset, value, sizes[3 * i + 2]!)
    offset = writeHeaders(buffer, offset, headers)
  }
}

function sizeOfHeaders(headers: Record<string, string>): number {
  const names = Object.keys(headers)
  let size = sizeOfVarInt(names.length)
  for (const name of names)
    size += sizeWithLength(Buffer.byteLength(name)) + sizeWithLength(Buffer.byteLength(headers[name]!))
  return size
}

function writeHeaders(buffer: Buffer, at: number, headers: Record<string, string>): number {
  const names = Object.keys(headers)
  let offset = writeVarInt(buffer, at, names.length)
  for (const name of names) {
    const value = headers[name]!
    offset = writeWithLength(buffer, offset, name, Buffer.byteLength(name))
    offset = writeWithLength(buffer, offset, value, Buffer.byteLength(value))
  }
  return offset
}
