export type Random = ReturnType<typeof createRandom>

/** A small seeded generator (mulberry32): the same seed gives the same choices. */
export function createRandom(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    /** In [0, 1). */
    next,
    /** From `low` to `high`, both included. */
    integer,
    chance: (probability: number) => next() < probability,
    pick: <T>(list: readonly T[]): T => list[integer(0, list.length - 1)] as T,
    hex: (digits: number) => Array.from({ length: digits }, () => integer(0, 15).toString(16)).join(''),
    /** A separate generator for code that runs at the same time. */
    fork: () => createRandom(integer(0, 0xffffffff)),
  }
}
