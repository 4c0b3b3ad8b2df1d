import type { AdPage, Ad as StoredAd } from '@ads-tracker/data'
import { type App, problem, problems } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import { Ad, adExample, AdParams, toBody } from '../ad-schema.ts'
import { csvOf } from '../csv.ts'
import { fromCursor, toCursor } from '../cursor.ts'
import { filterOf, filterQuery } from '../filters.ts'
import { integerText } from '../integer-text.ts'
import { rejectReservedPaths } from '../reserved-paths.ts'
import { describeTable, formatOf, formatQuery, tableSchema } from '../table-format.ts'

export interface AdsReader {
  list(page: AdPage): Promise<StoredAd[]>
  get(id: number): Promise<StoredAd | undefined>
}

const defaultLimit = 100
const Page = Type.Object({
  limit: Type.Optional(
    integerText({ minimum: 1, maximum: 1000, default: defaultLimit, description: 'Maximum number of ads on the page' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 64, description: 'Position of the page, from the Link header of the page before' }),
  ),
  ...filterQuery,
  ...formatQuery,
})
type Page = Static<typeof Page>
const Ads = Type.Array(Ad, {
  description: 'Live ads, ordered by id',
  examples: [[adExample]],
  headers: { Link: { type: 'string', description: '`</ads?limit=100&cursor=...>; rel="next"` when more follow' } },
})

const columns = Object.keys(adExample) as (keyof typeof adExample)[]

export function adRoutes(app: App, { list, get }: AdsReader) {
  app.get(
    '/ads',
    {
      schema: {
        operationId: 'listAds',
        tags: ['ads'],
        summary: 'List the live ads',
        description:
          'The `Link` header has the next page, if there is one. `campaign` and `advertiser` match exactly, and an ad has to match all filters.',
        querystring: Page,
        response: {
          200: tableSchema(Ads, columns.join(', '), [
            columns.join(','),
            '1,Summer sale,Summer 2026,Example Shoes,https://cdn.example.com/ads/1.jpg,https://shop.example.com/summer,' +
              '2026-07-07T06:45:00.000Z,2026-07-07T06:45:00.000Z',
          ]),
          ...problems(
            'invalid_request',
            'rate_limited',
            'not_acceptable',
            'internal_error',
            'unavailable',
            'overloaded',
          ),
        },
      },
    },
    async (request, reply) => {
      const { query } = request
      const format = formatOf(request)
      const limit = Number(query.limit ?? defaultLimit)
      const ads = await list({
        limit: limit + 1,
        ...(query.cursor !== undefined && { after: positionOf(query.cursor) }),
        ...filterOf(query),
      })
      const page = ads.slice(0, limit)
      if (ads.length > limit)
        reply.header('link', `</ads?${pageAfter(page.at(-1)!.id, { ...query, limit: String(limit) })}>; rel="next"`)
      describeTable(reply, format, 'ads')
      if (format === 'csv') return csvOf(columns, page.map(toBody)) as never
      return page.map(toBody)
    },
  )

  app.get(
    '/ads/:id',
    {
      onRequest: rejectReservedPaths,
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
  return problem('not_found', { detail: `Ad ${id} does not exist` })
}

function pageAfter(lastId: number, query: Page): URLSearchParams {
  const more = Object.entries({ ...query, cursor: toCursor(lastId) })
  return new URLSearchParams(
    more.flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
  )
}

function positionOf(cursor: string): number {
  const position = fromCursor(cursor)
  if (position === undefined) {
    const message = 'must come from the Link header of a page'
    throw problem('invalid_request', { detail: `cursor ${message}`, errors: [{ field: 'cursor', message }] })
  }
  return position
}
