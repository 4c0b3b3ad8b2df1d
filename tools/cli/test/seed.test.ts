import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database, getAd, listAds, updateAd } from '@ads-tracker/data'
import { entry, runSource, testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  database = createDatabase({ url: db.url, max: 1 })
})
afterAll(async () => {
  await database?.close()
  await db?.drop()
})

const seed = () => runSource(entry('tools/cli'), ['seed'], { DATABASE_URL: db.url })

it('makes ten ads with stable ids, and leaves those that exist as they are', async () => {
  expect((await seed()).stdout).toBe('10 sample ads created\n')
  expect((await listAds(database, { limit: 100 })).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  await updateAd(database, 1, { name: 'mine' })
  expect((await seed()).stdout).toBe('0 sample ads created\n')
  expect(await getAd(database, 1)).toMatchObject({
    name: 'mine',
    image_url: 'https://example.com/ads/trail-running-shoes.jpg',
  })
})
