/** For shorter strings a loop is faster than a native call. */
const shortText = 24

/** Bytes of a zigzag varint: 2n for n ≥ 0. Values are never negative here. */
export function sizeOfVarInt(value: number): number {
  const zigzag = value * 2
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x200000) return 3
  return zigzag < 0x10000000 ? 4 : 5
}

export function writeVarInt(buffer: Buffer, at: number, value: number): number {
  let rest = (value << 1) >>> 0
  let offset = at
  while (rest > 0x7f) {
    buffer[offset++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[offset++] = rest
  return offset
}

/** Bytes of a value that is preceded by its length as a varint. */
export function sizeWithLength(size: number): number {
  return sizeOfVarInt(size) + size
}

export function writeWithLength(buffer: Buffer, at: number, value: Buffer | string, size: number): number {
  const offset = writeVarInt(buffer, at, size)
  if (typeof value === 'string') return writeText(buffer, offset, value, size)
  value.copy(buffer, offset)
  return offset + size
}

/** STRING and NULLABLE_STRING of Kafka's protocol. */
export function writeString(buffer: Buffer, at: number, value: string | null): number {
  if (value === null) return buffer.writeInt16BE(-1, at)
  const size = Buffer.byteLength(value)
  return writeText(buffer, buffer.writeInt16BE(size, at), value, size)
}

function writeText(buffer: Buffer, at: number, text: string, size: number): number {
  if (size !== text.length) buffer.write(text, at, size)
  else if (size > shortText) buffer.write(text, at, size, 'latin1')
  else for (let i = 0; i < size; i++) buffer[at + i] = text.charCodeAt(i)
  return at + size
}
