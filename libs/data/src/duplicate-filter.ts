import type { EventType } from '@ads-tracker/events'

/** A set of ids with false positives and false negatives. Only performance depends on it, not correctness. */
export interface DuplicateFilter {
  /** Adds the id; true if it may have been added before. */
  add(type: EventType, id: string): boolean
}

interface DuplicateFilterOptions {
  /** Bits of one generation, a power of two; 2 MiB by default, so the filter takes 4 MiB. */
  bits?: number
}

const hashes = 5
/** With ten bits for each id, about 1 % of new ids are false positives. */
const bitsPerId = 10

/**
 * A Bloom filter of two generations: when the newer one is full, the older one is cleared. It is indexed by the last 64 bits of an
 * id, which are random in UUIDs of every version of RFC 9562. Other ids may collide: these are false positives, which cost only time.
 */
export function createDuplicateFilter({ bits = 2 ** 24 }: DuplicateFilterOptions = {}): DuplicateFilter {
  const mask = bits - 1
  const capacity = Math.floor(bits / bitsPerId)
  let young = new Uint32Array(bits / 32)
  let old = new Uint32Array(bits / 32)
  let added = 0
  return { add }

  function add(type: EventType, id: string): boolean {
    if (added >= capacity) clearOlder()
    let index = hexWord(id, 28) ^ (type === 'click' ? 0 : 0x5bd1e995)
    const step = hexWord(id, 19) | 1
    let inYoung = true
    let inOld = true
    for (let n = 0; n < hashes; n++, index = (index + step) | 0) {
      const word = (index & mask) >>> 5
      const bit = 1 << (index & 31)
      if (((young[word] as number) & bit) === 0) {
        inYoung = false
        young[word] = (young[word] as number) | bit
      }
      if (((old[word] as number) & bit) === 0) inOld = false
    }
    if (!inYoung) added++
    return inYoung || inOld
  }

  function clearOlder() {
    ;[young, old] = [old, young]
    young.fill(0)
    added = 0
  }
}

// 32 bits from eight hexadecimal digits; a hyphen between them is skipped.
function hexWord(id: string, from: number): number {
  let word = 0
  for (let at = from, digits = 0; digits < 8; at++) {
    const code = id.charCodeAt(at)
    if (code === 45) continue
    word = (word << 4) | (code <= 57 ? code - 48 : (code & 31) + 9)
    digits++
  }
  return word
}
