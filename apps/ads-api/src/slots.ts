import { problem } from '@ads-tracker/service-kit'

interface SlotsOptions {
  /** What is limited, in the plural, for the text of the problem. */
  what: string
  total: number
  perAddress: number
}

export interface Slots {
  /**
   * Takes a slot; returns a function that frees it.
   * @throws Problem rate_limited when the address has no slot left, overloaded when all slots are taken
   */
  take(address: string): () => void
  readonly taken: number
}

const retryAfter = { 'retry-after': '5' }

/** Limits what is open at the same time, in total and for each address, so that one address cannot take all slots. */
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
