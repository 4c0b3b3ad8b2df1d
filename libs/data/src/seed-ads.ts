import { sql } from 'drizzle-orm'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { ads } from './tables.ts'

const names = [
  'Trail running shoes',
  'Noise cancelling headphones',
  'Cold brew coffee',
  'City bike',
  'Standing desk',
  'Weekend in Lisbon',
  'Plant based burgers',
  'Mirrorless camera',
  'Language course',
  'Home solar panels',
]

/** Makes the sample ads, ids from 1 on. Ads that exist stay as they are. Resolves with the number that was made. */
export async function seedAds(database: Database): Promise<number> {
  const { orm } = opened(database)
  const samples = names.map((name, index) => ({ id: index + 1, name, ...addresses(name) }))
  const made = await orm.insert(ads).values(samples).onConflictDoNothing({ target: ads.id }).returning({ id: ads.id })
  // Chosen ids leave the sequence behind.
  await orm.execute(sql`select setval('ads_id_seq', greatest((select last_value from ads_id_seq), ${samples.length}))`)
  return made.length
}

function addresses(name: string): { image_url: string; target_url: string } {
  const slug = name.toLowerCase().replaceAll(' ', '-')
  return { image_url: `https://example.com/ads/${slug}.jpg`, target_url: `https://example.com/shop/${slug}` }
}
