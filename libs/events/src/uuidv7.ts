import { randomFillSync } from 'node:crypto'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pool = Buffer.alloc(10 * 512)
let used = pool.length

/** A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. */
export function uuidv7(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const time = now.toString(16).padStart(12, '0')
  const random = (index: number) => pool[used + index] as number
  const id =
    `${time.slice(0, 8)}-${time.slice(8)}-` +
    `${hex[0x70 | (random(0) & 0x0f)]}${hex[random(1)]}-` +
    `${hex[0x80 | (random(2) & 0x3f)]}${hex[random(3)]}-` +
    `${hex[random(4)]}${hex[random(5)]}${hex[random(6)]}${hex[random(7)]}${hex[random(8)]}${hex[random(9)]}`
  used += 10
  return id
}
