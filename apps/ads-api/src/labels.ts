import type { AdFilter, AdLabels } from '@ads-tracker/data'
import { createCachedValue } from './cached-value.ts'

/** Names and labels of every ad, at one version of the catalogue. */
export interface Labels {
  catalogue: bigint
  byId: Map<number, AdLabels>
}

/** For requests that need none. */
export const noLabels: Labels = { catalogue: 0n, byId: new Map() }

interface LabelsOptions {
  readCatalogue: () => Promise<bigint>
  readLabels: () => Promise<{ catalogue: bigint; ads: AdLabels[] }>
  /** Maximum age in milliseconds. */
  maxAgeMs: number
}

export interface LabelStore {
  get(): Labels | Promise<Labels>
  stop(): void
}

/** The labels of all ads, read again only when the catalogue has changed. */
export function createLabels({ readCatalogue, readLabels, maxAgeMs }: LabelsOptions): LabelStore {
  return createCachedValue<Labels>({ load, maxAgeMs, restMs: maxAgeMs, oldestMs: 25 * maxAgeMs })

  async function load(previous: Labels | undefined): Promise<Labels> {
    if (previous && previous.catalogue === (await readCatalogue())) return previous
    const { catalogue, ads } = await readLabels()
    return { catalogue, byId: new Map(ads.map((ad) => [ad.id, ad])) }
  }
}

/** Whether an ad matches the filter. An ad that is not in the catalogue has no labels. */
export function matches({ ids, campaign, advertiser }: AdFilter, { byId }: Labels) {
  const wanted = ids && new Set(ids)
  return (id: number) =>
    (!wanted || wanted.has(id)) &&
    (campaign === undefined || byId.get(id)?.campaign === campaign) &&
    (advertiser === undefined || byId.get(id)?.advertiser === advertiser)
}

/** The ids of the ads that match the filter, in order. */
export function idsOf(filter: AdFilter, labels: Labels): number[] {
  if (filter.campaign === undefined && filter.advertiser === undefined) return filter.ids ?? [...labels.byId.keys()]
  return [...labels.byId.keys()].filter(matches(filter, labels))
}
