import type { ConsumedRecord } from '../consumed-record.ts'
import { CorruptRecordError } from './corrupt-record-error.ts'

/** The position of the records of a batch, and the values that their deltas are relative to. */
export interface RecordSpan {
  start: number
  end: number
  count: number
  firstOffset: number
  firstTimestamp: number
  /** Timestamp of all records if the broker sets it (LogAppendTime). */
  appendedAt: number | undefined
}

interface HeaderName {
  text: string
  at: number
  size: number
}

/** Attributes, timestamp, offset, key, value and number of headers: each takes one byte or more. */
const smallestRecord = 6
/** Bytes of a 64-bit number. */
const longestVarInt = 10

/**
 * Reads the records of a batch in place and adds them to `records`. kafkajs creates a decoder, several buffers, Long objects
 * and an object for each header of every record. All lengths are checked: each must fit into its record, and each record into
 * its batch. https://kafka.apache.org/documentation/#record
 * @throws CorruptRecordError when one does not
 */
export function readRecords(buffer: Buffer, span: RecordSpan, records: ConsumedRecord[]): void {
  const { start, count, firstOffset, firstTimestamp, appendedAt } = span
  const names: HeaderName[] = []
  let at = start
  let end = span.end
  let index = 0

  if (count < 0 || count > (end - start) / (1 + smallestRecord)) throw corrupt(`the batch claims ${count} records`)
  for (; index < count; index++) {
    end = span.end
    const size = readVarInt('length of the record')
    if (size < smallestRecord || size > end - at) throw corrupt(`the record claims ${size} bytes`)
    end = at + size
    at += 1 // attributes, unused
    const timestampDelta = readVarInt('timestamp')
    const offsetDelta = readVarInt('offset')
    const key = readBytes('key')
    const value = readBytes('value')
    const headers = readHeaders()
    if (at !== end) throw corrupt(`${end - at} bytes of the record are left over`)
    records.push({
      offset: BigInt(firstOffset + offsetDelta),
      key,
      value,
      headers,
      timestamp: appendedAt ?? firstTimestamp + timestampDelta,
    })
  }
  if (at !== span.end) throw corrupt(`${span.end - at} bytes of the batch are left over`)

  // Zigzag. Beyond 53 bits the result is not exact, but then it is far larger than what any field may be.
  function readVarInt(field: string): number {
    const first = at
    let result = 0
    for (let factor = 1; ; factor *= 0x80) {
      if (at >= end || at - first === longestVarInt) throw corrupt(`the ${field} does not end`)
      const byte = buffer[at++]!
      result += (byte & 0x7f) * factor
      if (byte < 0x80) return result % 2 === 0 ? result / 2 : -(result + 1) / 2
    }
  }

  function readSize(field: string): number {
    const size = readVarInt(field)
    if (size < -1 || size > end - at) throw corrupt(`the ${field} claims ${size} bytes where ${end - at} are left`)
    return size
  }

  function readBytes(field: string): Buffer | null {
    const size = readSize(field)
    if (size === -1) return null
    at += size
    return buffer.subarray(at - size, at)
  }

  function readHeaders(): Record<string, string> {
    const headers: Record<string, string> = {}
    const length = readVarInt('number of headers')
    if (length < 0 || length > (end - at) / 2) throw corrupt(`the record claims ${length} headers`)
    for (let i = 0; i < length; i++) {
      const name = readName(i)
      const size = readSize('value of a header')
      headers[name] = size > 0 ? buffer.toString('utf8', at, at + size) : ''
      if (size > 0) at += size
    }
    return headers
  }

  // Consecutive records usually have the same header names at the same places.
  function readName(place: number): string {
    const size = readSize('name of a header')
    if (size === -1) throw corrupt('a header has no name')
    const known = names[place]
    if (known !== undefined && known.size === size && isSame(known.at, at, size)) {
      at += size
      return known.text
    }
    const text = buffer.toString('utf8', at, at + size)
    names[place] = { text, size, at }
    at += size
    return text
  }

  function isSame(one: number, other: number, size: number): boolean {
    for (let i = 0; i < size; i++) if (buffer[one + i] !== buffer[other + i]) return false
    return true
  }

  function corrupt(what: string): CorruptRecordError {
    return new CorruptRecordError(`record ${index + 1} of ${count} from offset ${firstOffset}: ${what}`)
  }
}
