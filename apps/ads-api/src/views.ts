import type { AdFilter, AdLabels } from '@ads-tracker/data'
import type { Snapshot } from './snapshot.ts'
import { csvOf } from './csv.ts'
import { type Labels, matches } from './labels.ts'
import { type Payload, payloadOf } from './payload.ts'
import type { TableFormat } from './table-format.ts'

export const labelFields = ['name', 'campaign', 'advertiser', 'image_url', 'target_url'] as const
export type LabelField = (typeof labelFields)[number]

interface View {
  filter?: AdFilter | undefined
  fields: LabelField[]
  format: TableFormat
}

const perPayload = 32
const unknown: Partial<AdLabels> = {}
// The payload stays the same while the numbers do, so views are cached by payload.
const cache = new WeakMap<Payload, Map<string, Payload>>()

/** A part of a snapshot, with fields of the ads or as CSV. Serialized once for all readers while the numbers stay the same. */
export function viewOf(snapshot: Snapshot, labels: Labels, view: View): Payload {
  const views = cache.get(snapshot.payload) ?? new Map<string, Payload>()
  cache.set(snapshot.payload, views)
  const key = JSON.stringify([String(labels.catalogue), view])
  const known = views.get(key)
  if (known) return known
  if (views.size >= perPayload) views.delete(views.keys().next().value!)
  const payload = payloadOf(view.format === 'csv' ? csv(snapshot, labels, view) : json(snapshot, labels, view))
  views.set(key, payload)
  return payload
}

function json(snapshot: Snapshot, labels: Labels, { filter, fields }: View): string {
  const isWanted = filter ? matches(filter, labels) : () => true
  const texts = snapshot.rows.flatMap(({ ad_id }, index) => {
    if (!isWanted(ad_id)) return []
    const ad = labels.byId.get(ad_id) ?? unknown
    const more = fields.map((field) => `,"${field}":${JSON.stringify(ad[field] ?? null)}`).join('')
    return [`${snapshot.texts[index]!.slice(0, -1)}${more}}`]
  })
  return `[${texts.join(',')}]`
}

function csv(snapshot: Snapshot, labels: Labels, { filter, fields }: View): string {
  const isWanted = filter ? matches(filter, labels) : () => true
  const rows = snapshot.rows.filter(({ ad_id }) => isWanted(ad_id))
  const columns = ['ad_id', ...fields, 'clicks', 'impressions', 'ctr'] as const
  return csvOf(
    columns,
    rows.map((row) => ({ ...(fields.length > 0 && labels.byId.get(row.ad_id)), ...row })),
  )
}
