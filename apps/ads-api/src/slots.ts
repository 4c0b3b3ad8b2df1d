import { problem } from '@ads-tracker/service-kit'

export interface SlotsOptions {
  /** What is bounded, in the plural: it goes into the problem. */
  what: string
  total: number
  perAddress: number
}

export interface Slots {
  /**
   * Takes a place for something long; gives back what frees it, once.
   * @throws Problem rate_limited when the address has all of its places, overloaded when all places are taken
   */
  take(address: string): () => void
  readonly taken: number
}

const retryAfter = { 'retry-after': '5' }

/** Bounds what is open at once, in total and for each address, so that one address cannot take all of it. */
export function createSlots({ what, total, perAddress }: SlotsOptions): Slots {
  const byAddress = new Map<string, number>()
  let taken = 0
  return {
    take,
    get taken() {
      return taken
    },
  }

  function take(address: string): () => void {
    const own = byAddress.get(address) ?? 0
    if (own >= perAddress)
      throw problem('rate_limited', {
        detail: `The limit of ${perAddress} open ${what} for one address is reached; close one first`,
        headers: retryAfter,
      })
    if (taken >= total)
      throw problem('overloaded', {
        detail: `The limit of ${total} ${what} is reached; try again later`,
        headers: retryAfter,
      })
    byAddress.set(address, own + 1)
    taken += 1
    let isFree = false
    return function free() {
      if (isFree) return
      isFree = true
      taken -= 1
      const left = (byAddress.get(address) ?? 1) - 1
      if (left > 0) byAddress.set(address, left)
      else byAddress.delete(address)
    }
  }
}
