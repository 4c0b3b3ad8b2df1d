import type { AdFilter, AdLabels } from '@ads-tracker/data'
import { createPrepared } from './prepared.ts'

/** What every ad is called and belongs to, at one version of the catalogue. */
export interface Labels {
  catalogue: bigint
  byId: Map<number, AdLabels>
}

/** For what does not ask for any. */
export const noLabels: Labels = { catalogue: 0n, byId: new Map() }

export interface LabelsOptions {
  readCatalogue: () => Promise<bigint>
  readLabels: () => Promise<{ catalogue: bigint; ads: AdLabels[] }>
  /** Milliseconds that they may be behind the database. */
  maxAgeMs: number
}

export interface LabelStore {
  get(): Labels | Promise<Labels>
  stop(): void
}

/** The labels of all ads, read again only when the catalogue has changed. */
export function createLabels({ readCatalogue, readLabels, maxAgeMs }: LabelsOptions): LabelStore {
  return createPrepared<Labels>({ load, maxAgeMs, restMs: maxAgeMs, oldestMs: 25 * maxAgeMs })

  async function load(previous: Labels | undefined): Promise<Labels> {
    if (previous && previous.catalogue === (await readCatalogue())) return previous
    const { catalogue, ads } = await readLabels()
    return { catalogue, byId: new Map(ads.map((ad) => [ad.id, ad])) }
  }
}

/** Whether an ad passes; one that the catalogue does not know has no labels. */
export function passes({ ids, campaign, advertiser }: AdFilter, { byId }: Labels) {
  const wanted = ids && new Set(ids)
  return (id: number) =>
    (!wanted || wanted.has(id)) &&
    (campaign === undefined || byId.get(id)?.campaign === campaign) &&
    (advertiser === undefined || byId.get(id)?.advertiser === advertiser)
}

/** The ids of the ads that pass, in order. */
export function idsOf(filter: AdFilter, labels: Labels): number[] {
  if (filter.campaign === undefined && filter.advertiser === undefined) return filter.ids ?? [...labels.byId.keys()]
  return [...labels.byId.keys()].filter(passes(filter, labels))
}
