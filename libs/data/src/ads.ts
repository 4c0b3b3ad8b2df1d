import { and, asc, eq, getTableColumns, gt, inArray, isNull, sql } from 'drizzle-orm'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { ads, catalogueVersion } from './tables.ts'

export interface Ad {
  id: number
  name: string | null
  campaign: string | null
  advertiser: string | null
  image_url: string
  target_url: string
  created_at: Date
  updated_at: Date
}

export interface NewAd {
  /** Chosen by the caller; the next free one when absent. */
  id?: number
  name?: string | null
  /** Labels: trimmed, and not empty. */
  campaign?: string | null
  advertiser?: string | null
  image_url: string
  target_url: string
}

export type AdPatch = Partial<Pick<Ad, 'name' | 'campaign' | 'advertiser' | 'image_url' | 'target_url'>>

const { archived_at: _, ...columns } = getTableColumns(ads)
const isLive = (id: number) => and(eq(ads.id, id), isNull(ads.archived_at))

/** Labels are compared as they are: each letter, its case included. */
export interface AdFilter {
  ids?: number[] | undefined
  campaign?: string | undefined
  advertiser?: string | undefined
}

export type AdPage = AdFilter & { limit: number; after?: number }

/** Live ads that pass all filters, in the order of their ids, from the one after `after`. */
export async function listAds(
  database: Database,
  { limit, after = 0, ids, campaign, advertiser }: AdPage,
): Promise<Ad[]> {
  const { orm } = opened(database)
  return orm
    .select(columns)
    .from(ads)
    .where(
      and(
        gt(ads.id, after),
        isNull(ads.archived_at),
        ids && inArray(ads.id, ids),
        campaign === undefined ? undefined : eq(ads.campaign, campaign),
        advertiser === undefined ? undefined : eq(ads.advertiser, advertiser),
      ),
    )
    .orderBy(asc(ads.id))
    .limit(limit)
}

/** An ad as reports describe it. */
export type AdLabels = Pick<Ad, 'id' | 'name' | 'campaign' | 'advertiser' | 'image_url' | 'target_url'>

/** Every ad, archived ones too, in the order of their ids, with the version of the catalogue that they belong to. */
export async function readLabels(database: Database): Promise<{ catalogue: bigint; ads: AdLabels[] }> {
  const { orm } = opened(database)
  const rows = await orm
    .select({
      catalogue: catalogueVersion.version,
      id: ads.id,
      name: ads.name,
      campaign: ads.campaign,
      advertiser: ads.advertiser,
      image_url: ads.image_url,
      target_url: ads.target_url,
    })
    .from(catalogueVersion)
    .leftJoin(ads, sql`true`)
    .orderBy(asc(ads.id))
  return {
    catalogue: rows[0]?.catalogue ?? 0n,
    ads: rows.flatMap(({ catalogue: _, ...ad }) => (ad.id === null ? [] : [ad as AdLabels])),
  }
}

/** A live ad, or undefined. */
export async function getAd(database: Database, id: number): Promise<Ad | undefined> {
  const [ad] = await opened(database).orm.select(columns).from(ads).where(isLive(id))
  return ad
}

/** Undefined when the id is taken, by an archived ad too. */
export async function createAd(database: Database, ad: NewAd): Promise<Ad | undefined> {
  const attempts = ad.id === undefined ? 5 : 1
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const [created] = await opened(database)
      .orm.insert(ads)
      .values(ad)
      .onConflictDoNothing({ target: ads.id })
      .returning(columns)
    if (created) return created
    if (ad.id === undefined) await skipTakenIds(database)
  }
  if (ad.id === undefined) throw new Error('found no free ad id: every one that the sequence gave was taken at once')
  return undefined
}

// Ids that were chosen by callers lie in the way of the sequence. Moving it past each of them when it is chosen would
// use up all ids as soon as a client chooses the largest.
async function skipTakenIds(database: Database): Promise<void> {
  await opened(database).orm.execute(sql`
    select setval('ads_id_seq', min(id)) from ads taken
    where id >= (select last_value from ads_id_seq) and not exists (select from ads next where next.id = taken.id::bigint + 1)`)
}

/** The ad as it is then, or undefined when there is no such live ad. Fields that `patch` leaves out stay. */
export async function updateAd(database: Database, id: number, patch: AdPatch): Promise<Ad | undefined> {
  const [ad] = await opened(database)
    .orm.update(ads)
    .set({ ...patch, updated_at: sql`now()` })
    .where(isLive(id))
    .returning(columns)
  return ad
}

/** Takes an ad out of the list for good; its events still count. False when there never was one. Safe to repeat. */
export async function archiveAd(database: Database, id: number): Promise<boolean> {
  const { orm } = opened(database)
  const archived = await orm
    .update(ads)
    .set({ archived_at: sql`now()`, updated_at: sql`now()` })
    .where(isLive(id))
    .returning({ id: ads.id })
  if (archived.length > 0) return true
  return (await orm.select({ id: ads.id }).from(ads).where(eq(ads.id, id))).length > 0
}
