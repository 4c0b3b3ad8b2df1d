import type { ConsumedRecord } from '../consumed-record.ts'
import { CorruptRecordError } from './corrupt-record-error.ts'
import { readRecords, type RecordSpan } from './read-records.ts'

// https://kafka.apache.org/documentation/#recordbatch
const lengthAt = 8
const formatAt = 16
const attributesAt = 21
const lastOffsetDeltaAt = 23
const firstTimestampAt = 27
const maxTimestampAt = 35
const countAt = 57
const headerSize = 61
const format = 2
const logAppendTime = 0x08
/** Compression, transactions and control records. */
const unsupported = 0x37

interface ReadBatches {
  records: ConsumedRecord[]
  lastOffset: number
}

/**
 * Reads the batches from `start` to before `end`. The last one may be cut off, because a response has a size limit; the first
 * one never is. Returns undefined if only kafkajs can read one of them: compressed, transactional, of an old format, or with
 * numbers too large to be exact.
 * @throws CorruptRecordError
 */
export function readBatches(buffer: Buffer, start: number, end: number): ReadBatches | undefined {
  const records: ConsumedRecord[] = []
  let lastOffset = -1
  if (end > start && end - start < headerSize)
    throw new CorruptRecordError(`${end - start} bytes are less than the header of a batch`)
  for (let at = start; end - at >= headerSize;) {
    const version = buffer.readInt8(at + formatAt)
    if (version < 0 || version > format) throw new CorruptRecordError(`a batch claims format ${version}`)
    if (version < format) return undefined
    const size = lengthAt + 4 + buffer.readInt32BE(at + lengthAt)
    if (size < headerSize) throw new CorruptRecordError(`a batch claims ${size} bytes`)
    if (size > end - at) {
      if (at === start) throw new CorruptRecordError(`the first batch claims ${size} bytes where ${end - at} are left`)
      break
    }
    const span = spanOf(buffer, at, at + size)
    if (span === undefined) return undefined
    readRecords(buffer, span, records)
    lastOffset = span.firstOffset + buffer.readInt32BE(at + lastOffsetDeltaAt)
    at += size
  }
  return { records, lastOffset }
}

function spanOf(buffer: Buffer, at: number, end: number): RecordSpan | undefined {
  const attributes = buffer.readInt16BE(at + attributesAt)
  if ((attributes & unsupported) !== 0) return undefined
  const firstOffset = readInt64(buffer, at)
  const firstTimestamp = readInt64(buffer, at + firstTimestampAt)
  const maxTimestamp = readInt64(buffer, at + maxTimestampAt)
  if (![firstOffset, firstTimestamp, maxTimestamp].every((number) => Math.abs(number) < 2 ** 51)) return undefined
  return {
    start: at + headerSize,
    end,
    count: buffer.readInt32BE(at + countAt),
    firstOffset,
    firstTimestamp,
    appendedAt: attributes & logAppendTime ? maxTimestamp : undefined,
  }
}

function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x100000000 + buffer.readUInt32BE(at + 4)
}
