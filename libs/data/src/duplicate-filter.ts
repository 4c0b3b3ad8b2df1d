import type { EventType } from '@ads-tracker/events'

/** Remembers ids. It may take a new one for a known one, and may forget; correctness never depends on it. */
export interface DuplicateFilter {
  /** True when this id may have been added before; adds it. */
  add(type: EventType, id: string): boolean
}

interface DuplicateFilterOptions {
  /** Bits of one generation, a power of two; 2 MiB by default, so that the filter takes 4 MiB. */
  bits?: number
}

const hashes = 5
/** At one id for ten bits, about 1 % of new ids are taken for known ones. */
const bitsPerId = 10

/**
 * A Bloom filter of two generations: when the younger one is full, the older one is forgotten. It is indexed by the last 64 bits of an
 * id, which are random in each version of a UUID that is made as RFC 9562 says. Ids that were made otherwise may collide: they are
 * taken for known ones, which costs time only.
 */
export function createDuplicateFilter({ bits = 2 ** 24 }: DuplicateFilterOptions = {}): DuplicateFilter {
  const mask = bits - 1
  const capacity = Math.floor(bits / bitsPerId)
  let young = new Uint32Array(bits / 32)
  let old = new Uint32Array(bits / 32)
  let added = 0
  return { add }

  function add(type: EventType, id: string): boolean {
    if (added >= capacity) forget()
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

  function forget() {
    ;[young, old] = [old, young]
    young.fill(0)
    added = 0
  }
}

// 32 bits from eight hexadecimal digits, of which a hyphen is skipped.
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
