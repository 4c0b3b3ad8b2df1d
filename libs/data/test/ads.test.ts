import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  archiveAd,
  createAd,
  createDatabase,
  getAd,
  listAds,
  readFreshness,
  readLabels,
  updateAd,
} from '../src/index.ts'
import type { Database } from '../src/index.ts'
import { owner } from './stored-events.ts'

const largestId = 2147483647
const urls = { image_url: 'https://cdn.test/1.jpg', target_url: 'https://shop.test/' }

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  database = createDatabase({ url: db.adsApiUrl })
})
afterAll(async () => {
  await Promise.all([database?.close(), sql?.end()])
  await db?.drop()
})
beforeEach(async () => {
  await sql`truncate ads restart identity`
})

describe('listing ads', () => {
  it('pages through live ads in the order of their ids', async () => {
    for (const id of [5, 1, 3, 2]) await createAd(database, { id, ...urls })
    await archiveAd(database, 2)
    const ids = async (page: { limit: number; after?: number }) => (await listAds(database, page)).map(({ id }) => id)
    expect(await ids({ limit: 2 })).toEqual([1, 3])
    expect(await ids({ limit: 2, after: 3 })).toEqual([5])
    expect(await ids({ limit: 2, after: 5 })).toEqual([])
  })
})

describe('filtering ads', () => {
  beforeEach(async () => {
    await createAd(database, { campaign: 'Sale', advertiser: 'Shoes', ...urls })
    await createAd(database, { campaign: 'Sale', advertiser: 'Coffee', ...urls })
    await createAd(database, { campaign: 'sale', advertiser: 'Shoes', ...urls })
    await createAd(database, urls)
  })

  it.each([
    [{ campaign: 'Sale' }, [1, 2]],
    [{ advertiser: 'Shoes' }, [1, 3]],
    [{ campaign: 'Sale', advertiser: 'Shoes' }, [1]],
    [{ campaign: 'SALE' }, []],
    [{ ids: [4, 2, 9] }, [2, 4]],
    [{ ids: [3, 2], campaign: 'Sale' }, [2]],
    [{ ids: [] }, []],
  ])('by %j finds those that match exactly, in all of them', async (filter, ids) => {
    expect((await listAds(database, { limit: 10, ...filter })).map(({ id }) => id)).toEqual(ids)
  })

  it('goes on from the last one of a page', async () => {
    expect((await listAds(database, { limit: 1, after: 1, campaign: 'Sale' })).map(({ id }) => id)).toEqual([2])
  })
})

describe('the labels of all ads', () => {
  it('are those of archived ones too, with the version of the catalogue', async () => {
    await createAd(database, { name: 'Summer', campaign: 'Sale', ...urls })
    await createAd(database, urls)
    await archiveAd(database, 1)
    const { catalogue, ads } = await readLabels(database)
    expect(ads).toEqual([
      { id: 1, name: 'Summer', campaign: 'Sale', advertiser: null, ...urls },
      { id: 2, name: null, campaign: null, advertiser: null, ...urls },
    ])
    expect(catalogue).toBe((await readFreshness(database)).catalogue)
  })

  it('are none of an empty catalogue', async () => {
    expect((await readLabels(database)).ads).toEqual([])
  })
})

describe('making an ad', () => {
  it('gives it an id, a name, labels and the time', async () => {
    const ad = await createAd(database, { name: 'Summer', campaign: 'Sale', ...urls })
    expect(ad).toEqual({
      id: 1,
      name: 'Summer',
      campaign: 'Sale',
      advertiser: null,
      ...urls,
      created_at: expect.any(Date),
      updated_at: expect.any(Date),
    })
    expect(await getAd(database, 1)).toEqual(ad)
  })

  it.each(['', ' Sale', 'Sale ', 'x'.repeat(201)])('keeps the label %j out of the table', async (campaign) => {
    await expect(createAd(database, { campaign, ...urls })).rejects.toMatchObject({ cause: { code: '23514' } })
  })

  it('refuses an id that is taken, by an archived ad too', async () => {
    expect(await createAd(database, { id: 7, ...urls })).toMatchObject({ id: 7 })
    await archiveAd(database, 7)
    expect(await createAd(database, { id: 7, ...urls })).toBeUndefined()
  })

  it('gets past ids that others chose, the largest included', async () => {
    for (const id of [1, 2, 3, 5, largestId]) await createAd(database, { id, ...urls })
    const ids = []
    for (let n = 0; n < 4; n++) ids.push((await createAd(database, urls))?.id)
    expect(ids).toEqual([4, 6, 7, 8])
  })

  it('gives ids of their own to many that come at once beside chosen ones', async () => {
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => createAd(database, { ...urls, ...(n % 2 === 0 && { id: n + 1 }) })),
    )
    const ids = made.flatMap((ad) => ad?.id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(20)
  })
})

describe('changing an ad', () => {
  it('keeps the fields that are left out', async () => {
    const ad = await createAd(database, { name: 'Summer', ...urls })
    expect(await updateAd(database, 1, { target_url: 'https://shop.test/sale' })).toEqual({
      ...ad,
      target_url: 'https://shop.test/sale',
      updated_at: expect.any(Date),
    })
    expect((await updateAd(database, 1, { name: null }))?.name).toBeNull()
  })

  it('finds no ad that never was, or is archived', async () => {
    await createAd(database, { id: 7, ...urls })
    await archiveAd(database, 7)
    expect(await updateAd(database, 7, { name: 'x' })).toBeUndefined()
    expect(await updateAd(database, 8, { name: 'x' })).toBeUndefined()
    expect(await getAd(database, 7)).toBeUndefined()
  })
})

describe('archiving an ad', () => {
  it('may be repeated, and keeps the first time', async () => {
    await createAd(database, { id: 7, ...urls })
    expect(await archiveAd(database, 7)).toBe(true)
    const [first] = await sql`select archived_at from ads`
    expect(await archiveAd(database, 7)).toBe(true)
    expect(await sql`select archived_at from ads`).toEqual([first])
    expect(await archiveAd(database, 8)).toBe(false)
  })

  it('is all that ads-api may do: it cannot delete', async () => {
    const api = owner(db.adsApiUrl)
    await expect(api`delete from ads`).rejects.toMatchObject({ code: '42501' })
    await api.end()
  })
})
