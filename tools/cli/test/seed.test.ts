import { getAd, listAds, updateAd } from '@ads-tracker/data'
import { expect, it } from 'vitest'
import { useDatabase } from './support.ts'

const used = useDatabase()

it('makes ten ads with stable ids, and leaves those that exist as they are', async () => {
  expect((await used.run(['seed'])).stdout).toBe('10 sample ads created\n')
  expect((await listAds(used.database, { limit: 100 })).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  await updateAd(used.database, 1, { name: 'mine' })
  expect((await used.run(['seed'])).stdout).toBe('0 sample ads created\n')
  const kept = { name: 'mine', image_url: 'https://example.com/ads/trail-running-shoes.jpg' }
  expect(await getAd(used.database, 1)).toMatchObject(kept)
})
