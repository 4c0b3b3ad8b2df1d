import type { AdPatch as Patch, Ad as StoredAd, NewAd as StoredNewAd } from '@ads-tracker/data'
import { type App, problem, problems } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { Ad, AdParams, AdPatch, NewAd, toBody } from '../ad-schema.ts'
import { type FindKey, requireScope } from '../authorize.ts'
import { rejectReservedPaths } from '../reserved-paths.ts'
import { noSuchAd } from './ads.ts'

export interface AdsWriter {
  /** Undefined when the id is taken. */
  create(ad: StoredNewAd): Promise<StoredAd | undefined>
  update(id: number, patch: Patch): Promise<StoredAd | undefined>
  /** False when there never was such an ad. */
  archive(id: number): Promise<boolean>
}

const always = ['rate_limited', 'unauthorized', 'forbidden', 'internal_error', 'unavailable', 'overloaded'] as const
const withBody = ['invalid_request', 'malformed_json', 'payload_too_large', 'unsupported_media_type'] as const

interface ManageOptions extends AdsWriter {
  findKey: FindKey
  onUnknownKey: (request: FastifyRequest) => Promise<void>
}

export function manageAdRoutes(app: App, { create, update, archive, findKey, onUnknownKey }: ManageOptions) {
  const onRequest = requireScope(findKey, 'ads:write', onUnknownKey)
  const security = [{ apiKey: [] }]

  app.post(
    '/ads',
    {
      onRequest,
      schema: {
        operationId: 'createAd',
        tags: ['ads'],
        summary: 'Create an ad',
        description: 'It is listed immediately, and its events are counted.',
        security,
        body: NewAd,
        response: {
          201: { ...Ad, headers: { Location: { type: 'string', description: 'Path of the ad' } } },
          ...problems(...withBody, ...always, 'conflict'),
        },
      },
    },
    async ({ body: { id, name, campaign, advertiser, image_url, target_url } }, reply) => {
      const labels = { name: name ?? null, campaign: campaign ?? null, advertiser: advertiser ?? null }
      const ad = await create({ ...(id !== undefined && { id }), ...labels, image_url, target_url })
      if (!ad)
        throw problem('conflict', {
          detail: `An ad with the id ${id} already exists`,
          errors: [{ field: 'id', message: 'is taken' }],
        })
      reply.code(201).header('location', `/ads/${ad.id}`)
      return toBody(ad)
    },
  )

  app.patch(
    '/ads/:id',
    {
      onRequest: [rejectReservedPaths, onRequest],
      schema: {
        operationId: 'updateAd',
        tags: ['ads'],
        summary: 'Change an ad',
        description: 'Absent fields are not changed.',
        security,
        params: AdParams,
        body: AdPatch,
        response: { 200: Ad, ...problems(...withBody, ...always, 'not_found') },
      },
    },
    async ({ params, body: { name, campaign, advertiser, image_url, target_url } }) => {
      const ad = await update(Number(params.id), {
        ...(name !== undefined && { name }),
        ...(campaign !== undefined && { campaign }),
        ...(advertiser !== undefined && { advertiser }),
        ...(image_url !== undefined && { image_url }),
        ...(target_url !== undefined && { target_url }),
      })
      if (!ad) throw noSuchAd(params.id)
      return toBody(ad)
    },
  )

  app.delete(
    '/ads/:id',
    {
      onRequest: [rejectReservedPaths, onRequest],
      schema: {
        operationId: 'archiveAd',
        tags: ['ads'],
        summary: 'Archive an ad',
        description:
          'An archived ad is no longer listed, and this cannot be undone. Its events still count. Safe to repeat.',
        security,
        params: AdParams,
        response: {
          204: Type.Null({ description: 'Archived' }),
          ...problems('invalid_request', ...always, 'not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      if (!(await archive(Number(params.id)))) throw noSuchAd(params.id)
      return reply.code(204).send(null)
    },
  )
}
