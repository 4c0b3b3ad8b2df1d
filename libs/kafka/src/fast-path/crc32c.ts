// CRC-32C eight bytes at a time (Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC
// Generation", 2008): three times as fast as kafkajs, which reads byte by byte.
const polynomial = 0x82f63b78
const table = new Int32Array(8 * 256)

for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  table[byte] = crc
}
for (let i = 256; i < table.length; i++) table[i] = (lookUp(i - 256) >>> 8) ^ lookUp(lookUp(i - 256) & 0xff)

/** Checksum of the bytes from `start` to before `end`. */
export function crc32c(buffer: Buffer, start: number, end: number): number {
  let crc = -1
  let at = start
  for (; at + 8 <= end; at += 8) {
    crc ^= buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24)
    crc =
      table[1792 | (crc & 0xff)]! ^
      table[1536 | ((crc >>> 8) & 0xff)]! ^
      table[1280 | ((crc >>> 16) & 0xff)]! ^
      table[1024 | (crc >>> 24)]! ^
      table[768 | buffer[at + 4]!]! ^
      table[512 | buffer[at + 5]!]! ^
      table[256 | buffer[at + 6]!]! ^
      table[buffer[at + 7]!]!
  }
  for (; at < end; at++) crc = lookUp((crc ^ buffer[at]!) & 0xff) ^ (crc >>> 8)
  return ~crc >>> 0
}

function lookUp(index: number): number {
  return table[index]!
}
