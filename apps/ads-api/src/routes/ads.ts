import type { Ad as StoredAd } from '@ads-tracker/data'
import { type App, problem, problems } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { Ad, adExample, AdParams, toBody } from '../ad-schema.ts'
import { fromCursor, toCursor } from '../cursor.ts'
import { integerText } from '../integer-text.ts'
import { refuseNeighbours } from '../reserved-paths.ts'

export interface AdsReader {
  list(page: { limit: number; after?: number }): Promise<StoredAd[]>
  get(id: number): Promise<StoredAd | undefined>
}

const defaultLimit = 100
const Page = Type.Object({
  limit: Type.Optional(
    integerText({ minimum: 1, maximum: 1000, default: defaultLimit, description: 'Ads on the page, at most' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 64, description: 'Where the page before ended, from its Link header' }),
  ),
})
const Ads = Type.Array(Ad, {
  description: 'Live ads, ordered by id',
  examples: [[adExample]],
  headers: { Link: { type: 'string', description: '`</ads?limit=100&cursor=...>; rel="next"` when more follow' } },
})

export function adRoutes(app: App, { list, get }: AdsReader) {
  app.get(
    '/ads',
    {
      schema: {
        operationId: 'listAds',
        tags: ['ads'],
        summary: 'List the live ads',
        description: 'Page by page: the `Link` header names the next one until there is none.',
        querystring: Page,
        response: {
          200: Ads,
          ...problems('invalid_request', 'rate_limited', 'internal_error', 'unavailable', 'overloaded'),
        },
      },
    },
    async ({ query }, reply) => {
      const limit = Number(query.limit ?? defaultLimit)
      const ads = await list({
        limit: limit + 1,
        ...(query.cursor !== undefined && { after: positionOf(query.cursor) }),
      })
      const page = ads.slice(0, limit)
      if (ads.length > limit)
        reply.header('link', `</ads?limit=${limit}&cursor=${toCursor(page.at(-1)!.id)}>; rel="next"`)
      return page.map(toBody)
    },
  )

  app.get(
    '/ads/:id',
    {
      onRequest: refuseNeighbours,
      schema: {
        operationId: 'getAd',
        tags: ['ads'],
        summary: 'Get one ad',
        params: AdParams,
        response: {
          200: Ad,
          ...problems('invalid_request', 'rate_limited', 'not_found', 'internal_error', 'unavailable', 'overloaded'),
        },
      },
    },
    async ({ params }) => {
      const ad = await get(Number(params.id))
      if (!ad) throw noSuchAd(params.id)
      return toBody(ad)
    },
  )
}

export function noSuchAd(id: string) {
  return problem('not_found', { detail: `There is no ad ${id}` })
}

function positionOf(cursor: string): number {
  const position = fromCursor(cursor)
  if (position === undefined) {
    const message = 'must come from the Link header of a page'
    throw problem('invalid_request', { detail: `cursor ${message}`, errors: [{ field: 'cursor', message }] })
  }
  return position
}
