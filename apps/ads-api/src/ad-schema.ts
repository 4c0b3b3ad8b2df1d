import type { Ad as StoredAd } from '@ads-tracker/data'
import { largestAdId } from '@ads-tracker/events' // also registers the formats
import { type Static, Type } from '@sinclair/typebox'
import { orNull } from './response-types.ts'
import { integerText } from './integer-text.ts'
import { integers } from './query-kinds.ts'

const id = { minimum: 1, maximum: largestAdId }
const named = { description: 'Name of the ad', examples: ['Summer sale'] }
const name = Type.Union([Type.String({ maxLength: 200, format: 'storable' }), Type.Null()], named)
const labels = {
  campaign: { description: 'Campaign of the ad', examples: ['Summer 2026'] },
  advertiser: { description: 'Advertiser of the ad', examples: ['Example Shoes'] },
}
/** A label of an ad: 1 to 200 characters, without blanks around them. */
export const label = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 200, format: 'label', description, examples: [example] })
const newLabel = (field: keyof typeof labels) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 200, format: 'label' }), Type.Null()], labels[field])
const campaign = newLabel('campaign')
const advertiser = newLabel('advertiser')
const url = (description: string, example: string) =>
  Type.String({
    format: 'uri',
    maxLength: 2048,
    description: `${description}: an absolute http(s) URL without credentials`,
    examples: [example],
  })
const image_url = url('The poster of the video', 'https://cdn.example.com/ads/1.jpg')
const target_url = url('Where a click leads', 'https://shop.example.com/summer')
const time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-07-07T06:45:00.000Z'] })

export const adExample = {
  id: 1,
  name: 'Summer sale',
  campaign: 'Summer 2026',
  advertiser: 'Example Shoes',
  image_url: 'https://cdn.example.com/ads/1.jpg',
  target_url: 'https://shop.example.com/summer',
  created_at: '2026-07-07T06:45:00.000Z',
  updated_at: '2026-07-07T06:45:00.000Z',
}
export const Ad = Type.Object(
  {
    id: Type.Integer({ ...id, examples: [1] }),
    name: orNull('string', named),
    campaign: orNull('string', labels.campaign),
    advertiser: orNull('string', labels.advertiser),
    image_url,
    target_url,
    created_at: time('When it was created'),
    updated_at: time('When it was last changed'),
  },
  { title: 'Ad', description: 'A video ad', examples: [adExample] },
)
export type Ad = Static<typeof Ad>

export const NewAd = Type.Object(
  {
    id: Type.Optional(Type.Integer({ ...id, description: 'The next free id when absent', examples: [42] })),
    name: Type.Optional(name),
    campaign: Type.Optional(campaign),
    advertiser: Type.Optional(advertiser),
    image_url,
    target_url,
  },
  {
    title: 'NewAd',
    description: 'The ad to create',
    examples: [
      {
        name: 'Summer sale',
        campaign: 'Summer 2026',
        advertiser: 'Example Shoes',
        image_url: 'https://cdn.example.com/ads/1.jpg',
        target_url: 'https://shop.example.com/summer',
      },
    ],
  },
)

export const AdPatch = Type.Partial(Type.Object({ name, campaign, advertiser, image_url, target_url }), {
  title: 'AdPatch',
  description: 'The fields to change',
  examples: [{ target_url: 'https://shop.example.com/winter' }],
})

export const AdParams = Type.Object({ id: integerText({ ...id, description: 'Id of the ad', examples: [1] }) })
export const adIdsQuery = integers({
  ...id,
  maxItems: 1000,
  description: 'Only this ad; once for each of several',
  examples: [1],
})

export function toBody({ created_at, updated_at, ...ad }: StoredAd): Ad {
  return { ...ad, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}
