import type { AdFilter } from '@ads-tracker/data'
import { Type } from '@sinclair/typebox'
import { adIdsQuery, label } from './ad-schema.ts'

/** Filters of every route that lists ads or their numbers; an ad has to match all of them. */
export const filterQuery = {
  ad_id: Type.Optional(adIdsQuery),
  campaign: Type.Optional(label('Only ads of this campaign, written exactly like this', 'Summer 2026')),
  advertiser: Type.Optional(label('Only ads of this advertiser, written exactly like this', 'Example Shoes')),
}

interface FilterQuery {
  ad_id?: string | string[]
  campaign?: string
  advertiser?: string
}

/** The filter of a query, or undefined without one. */
export function filterOf({ ad_id, campaign, advertiser }: FilterQuery): AdFilter | undefined {
  if (ad_id === undefined && campaign === undefined && advertiser === undefined) return undefined
  return {
    ...(ad_id !== undefined && { ids: [...new Set([ad_id].flat().map(Number))].sort((one, other) => one - other) }),
    ...(campaign !== undefined && { campaign }),
    ...(advertiser !== undefined && { advertiser }),
  }
}
